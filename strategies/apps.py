from django.apps import AppConfig


class StrategiesConfig(AppConfig):
    """Owns strategies, their versions and content calendars. Not: scripts made from them, nor applying them."""

    name = "strategies"
    label = "strategies"

    def ready(self) -> None:
        from strategies import purpose

        purpose.register()
