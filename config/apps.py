from django.apps import AppConfig


class WiringConfig(AppConfig):
    """Wiring: lets the one command that mounts the sandbox be found. Owns no models."""

    name = "config"
    label = "config"
