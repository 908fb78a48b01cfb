"""The web interface: every HTML view, form and fragment, by area. Owns no models and no rules of the domain."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Top layer: draws what the layers below know, and calls their services."""

    name = "pages"
    verbose_name = "Pages"
