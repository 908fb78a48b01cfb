"""Codes of the refusals of webhooks."""

from enum import StrEnum


class WebhookError(StrEnum):
    URL_REFUSED = "webhook_url_refused"
    EVENT_UNKNOWN = "webhook_event_unknown"
    TOO_MANY = "webhook_too_many_endpoints"
    NOT_ACTIVE = "webhook_not_active"
