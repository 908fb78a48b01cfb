from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Owns what the product tells people, in the app and by mail. Not: the events, which belong to who causes them."""

    name = "notifications"
    label = "notifications"

    def ready(self) -> None:
        """Connect the signals of lower layers, and let pages listen to a person's notices."""
        from accounts.models import User
        from jobs import events
        from notifications import receivers  # noqa: F401
        from notifications.services.notices import TOPIC

        events.register_topic(TOPIC, User)
