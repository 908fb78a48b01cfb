"""The web interface: every HTML view, form and fragment, by area. Owns no models and no rules of the domain."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Top floor: draws what the floors below know, and calls their services."""

    name = "pages"
    verbose_name = "Pages"
