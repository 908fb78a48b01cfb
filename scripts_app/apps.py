from django.apps import AppConfig


class ScriptsConfig(AppConfig):
    """Owns scripts, their segments and versions. Not: edits made from them, nor posts."""

    name = "scripts_app"
    label = "scripts"
    verbose_name = "Scripts"

    def ready(self) -> None:
        from scripts_app import purpose

        purpose.register()
