"""Sending again what was sent before, and forgetting what is old."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts import audit, policy
from accounts.policy import Action
from core import clock
from core.actor import Actor
from webhooks import selectors
from webhooks.models import DeliveryState, WebhookDelivery, WebhookEvent
from webhooks.services import endpoints, event_recording

KEPT = timedelta(days=30)
_BATCH = 500


def replay(*, actor: Actor, delivery_id: UUID) -> WebhookDelivery:
    """Send a message again, with its former id and all its tries; one that waits is sent now."""
    policy.require(actor, Action.MANAGE_WEBHOOKS)
    row = selectors.delivery(actor, delivery_id)
    endpoints.require_active(row.endpoint)
    with transaction.atomic():
        _again([row.pk])
        event_recording.wake(row.workspace_id, row.endpoint_id)
        audit.record(actor, "webhook.replay", ("webhook_delivery", row.pk), {"event": row.event.type})
    return selectors.delivery(actor, delivery_id)


def replay_failed(*, actor: Actor, endpoint_id: UUID, since: datetime | None = None) -> int:
    """Send everything again that failed on its way to an endpoint; how many messages that are."""
    policy.require(actor, Action.MANAGE_WEBHOOKS)
    row = selectors.endpoint(actor, endpoint_id)
    endpoints.require_active(row)
    with transaction.atomic():
        count = _again(list(selectors.failed_since(row, since).values_list("pk", flat=True)))
        if count:
            event_recording.wake(row.workspace_id, row.pk)
            since_text = since.isoformat() if since else ""
            audit.record(actor, "webhook.replay_failed", (endpoints.SUBJECT, row.pk), {"since": since_text, "n": count})
    return count


def _again(ids: list[UUID]) -> int:
    now = clock.now()
    fresh = {"state": DeliveryState.PENDING, "tries": 0, "next_at": now, "ended_at": None, "updated_at": now}
    count = 0
    for start in range(0, len(ids), _BATCH):
        count += WebhookDelivery.objects.filter(pk__in=ids[start : start + _BATCH]).update(**fresh)
    return count


def clean_up() -> int:
    """Forget events with their deliveries and receipts 30 days after they happened. In the system scope."""
    total = 0
    while True:
        old = WebhookEvent.objects.filter(created_at__lt=clock.now() - KEPT).order_by("created_at")
        ids = list(old.values_list("pk", flat=True)[:_BATCH])
        if not ids:
            return total
        WebhookEvent.objects.filter(pk__in=ids).delete()
        total += len(ids)
