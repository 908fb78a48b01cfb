from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """Owns metric snapshots, dashboards and the learning loop. Not: how a platform is asked (publishing)."""

    name = "analytics"
    label = "analytics"

    def ready(self) -> None:
        """Follow what publishing tells."""
        from analytics import receivers  # noqa: F401
