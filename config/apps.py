from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class WiringConfig(AppConfig):
    """Wiring: lets the one command that mounts the sandbox be found. Owns no models."""

    name = "config"
    label = "config"


class StaticConfig(StaticFilesConfig):
    """Collects what pages load. The product bundles htmx itself and documents its API without Redoc."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "django_htmx", "redoc"]
