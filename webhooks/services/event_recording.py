"""From news to events: one event for each subject of the news, one delivery for each endpoint that wants it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import jobs
from core import clock
from core.actor import Actor
from webhooks import catalog, payloads
from webhooks.models import EndpointState, WebhookDelivery, WebhookEndpoint, WebhookEvent

RECORD = "webhooks.record"
DELIVER = "webhooks.deliver"
# Deliveries to a paused endpoint are kept until it goes on.
_KEEPING = (EndpointState.ACTIVE, EndpointState.PAUSED)


def order(type_: str, workspace_id: UUID, ids: Collection[UUID]) -> None:
    """Record news by a job, in the caller's transaction. Where nobody listens that is one small read, and no job."""
    if catalog.find(type_) is None or not _listeners(workspace_id).exists():
        return
    payload = {"type": type_, "ids": [str(each) for each in ids], "at": clock.now().isoformat()}
    jobs.enqueue(kind=RECORD, actor=Actor.system(workspace_id), payload=payload)


def _listeners(workspace_id: UUID) -> Any:
    return WebhookEndpoint.objects.for_workspace(workspace_id).filter(state__in=_KEEPING)


def record(workspace_id: UUID, job_id: UUID, payload: Mapping[str, Any]) -> None:
    """Make the events of one job's news, and their deliveries. Runs in the transaction that ends the job."""
    found = catalog.find(payload.get("type", ""))
    endpoints = [row for row in _listeners(workspace_id) if found is not None and row.wants(found.name)]
    if found is None or not endpoints:
        return
    at = datetime.fromisoformat(payload["at"])
    events = [
        WebhookEvent(
            workspace_id=workspace_id,
            type=found.name,
            subject_type=found.subject,
            subject_id=subject_id,
            occurred_at=at,
            once=f"{job_id}:{subject_id}",
            body=payloads.body(found.name, workspace_id, at, data),
        )
        for subject_id, data in payloads.describe(found, workspace_id, list(map(UUID, payload["ids"]))).items()
    ]
    WebhookEvent.objects.bulk_create(events)
    send(workspace_id, events, endpoints)


def send(workspace_id: UUID, events: Sequence[WebhookEvent], endpoints: Sequence[WebhookEndpoint]) -> None:
    """Order the delivery of new events to endpoints, in the caller's transaction."""
    now = clock.now()
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(workspace_id=workspace_id, event=event, endpoint=endpoint, next_at=now)
        for event in events
        for endpoint in endpoints
    )
    for endpoint in endpoints:
        if events and endpoint.state == EndpointState.ACTIVE:
            wake(workspace_id, endpoint.pk)


def wake(workspace_id: UUID, endpoint_id: UUID, run_at: datetime | None = None) -> None:
    """Let the endpoint's deliveries that are due be sent, in the caller's transaction."""
    actor, key = Actor.system(workspace_id), f"{DELIVER}:{endpoint_id}"
    jobs.enqueue(kind=DELIVER, actor=actor, subject=("webhook_endpoint", endpoint_id), unique_key=key, run_at=run_at)
    if run_at is None:
        jobs.wake_waiting(actor=actor, unique_key=key)
