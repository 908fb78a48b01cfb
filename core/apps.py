from django.apps import AppConfig


class CoreConfig(AppConfig):
    """What every app needs and no app owns: base models, actor, scope, errors, clock, HTTP, child processes."""

    name = "core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from core import checks  # noqa: F401
