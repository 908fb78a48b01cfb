"""Reads of webhooks. All of them are for admins: what endpoints are sent, and answer, is no matter of other roles."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts import policy
from accounts.policy import Action
from core.actor import Actor
from core.errors import NotFound
from webhooks.models import DeliveryState, WebhookDelivery, WebhookEndpoint


def endpoints(actor: Actor) -> QuerySet[WebhookEndpoint]:
    """The workspace's endpoints, the oldest first."""
    policy.require(actor, Action.MANAGE_WEBHOOKS)
    return WebhookEndpoint.objects.for_workspace(actor.workspace_id).order_by("created_at", "id")


def endpoint(actor: Actor, endpoint_id: UUID, *, lock: bool = False) -> WebhookEndpoint:
    """One endpoint; with `lock` until the caller's transaction ends."""
    rows = endpoints(actor)
    row = (rows.select_for_update() if lock else rows).filter(pk=endpoint_id).first()
    if row is None:
        raise NotFound
    return row


def counts(endpoint_ids: list[UUID]) -> dict[UUID, dict[str, int]]:
    """How many deliveries of each endpoint wait and have failed."""
    rows = (
        WebhookDelivery.objects.filter(endpoint_id__in=endpoint_ids)
        .values("endpoint_id")
        .order_by()
        .annotate(
            pending=Count("pk", filter=Q(state=DeliveryState.PENDING)),
            failed=Count("pk", filter=Q(state=DeliveryState.FAILED)),
        )
    )
    return {row["endpoint_id"]: {"pending": row["pending"], "failed": row["failed"]} for row in rows}


def deliveries(
    actor: Actor, *, endpoint_id: UUID | None = None, status: str = "", event: str = ""
) -> QuerySet[WebhookDelivery]:
    """Deliveries with event and endpoint, the newest first."""
    policy.require(actor, Action.MANAGE_WEBHOOKS)
    rows = WebhookDelivery.objects.for_workspace(actor.workspace_id).select_related("event", "endpoint")
    rows = rows.defer("event__body")
    if endpoint_id is not None:
        rows = rows.filter(endpoint_id=endpoint_id)
    if status in DeliveryState.values:
        rows = rows.filter(state=status)
    if event:
        rows = rows.filter(event__type=event)
    return rows.order_by("-created_at", "-id")


def delivery(actor: Actor, delivery_id: UUID) -> WebhookDelivery:
    """One delivery with its event, endpoint and attempts."""
    policy.require(actor, Action.MANAGE_WEBHOOKS)
    rows = WebhookDelivery.objects.for_workspace(actor.workspace_id).select_related("event", "endpoint")
    row = rows.prefetch_related("attempts").filter(pk=delivery_id).first()
    if row is None:
        raise NotFound
    return row


def failed_since(endpoint: WebhookEndpoint, since: datetime | None) -> Any:
    """The endpoint's failed deliveries, of events since an instant."""
    rows = WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.FAILED)
    return rows.filter(created_at__gte=since) if since else rows
