from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Owns outgoing webhooks: endpoints, the messages that are sent to them, deliveries and their receipts. Not: the
    news themselves, which lower floors tell as signals."""

    name = "webhooks"
    label = "webhooks"

    def ready(self) -> None:
        """Listen to the news of the floors below, and let pages listen to an endpoint's jobs."""
        from jobs import events
        from webhooks import receivers  # noqa: F401
        from webhooks.models import WebhookEndpoint

        events.register_topic("webhook_endpoint", WebhookEndpoint)
