"""Sending: one job an endpoint, which sends what is due, one message after the other.

A try is written down before the call and completed after it. One whose process died in between is sent again with the
same `webhook-id`: receivers get every message at least once. No transaction is open during a call.
"""

import threading
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Min, QuerySet

from core import clock
from core.crypto import SecretUnreadable
from jobs import Again, Done, Ended, JobContext
from webhooks import calls, schedule, signing
from webhooks.calls import Answer
from webhooks.models import (
    AttemptOutcome,
    DeliveryState,
    EndpointState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from webhooks.services import endpoints, event_recording

# How many endpoints one process waits for at a time: half of the threads of the smallest worker.
AT_ONCE = 2
# After this long the next workspace has its turn.
_TURN_S = 20.0
# A job that was given up, or that somebody cancelled, leaves what is due to another one.
_TAKE_UP_AFTER = timedelta(minutes=5)
_GONE = 410
_lines = threading.BoundedSemaphore(AT_ONCE)


def run(ctx: JobContext) -> Done | Again:
    """Send what is due for one endpoint, for as long as a turn lasts."""
    if not _lines.acquire(blocking=False):
        return Again(timedelta(seconds=1))
    try:
        return _run(ctx, ctx.subject_id)
    finally:
        _lines.release()


def _run(ctx: JobContext, endpoint_id: UUID) -> Done | Again:
    _close_interrupted(endpoint_id)
    ends_at = time.monotonic() + _TURN_S
    while (row := _due(endpoint_id).first()) is not None:
        ctx.check()
        if time.monotonic() >= ends_at:
            return Again(timedelta(0))
        answer = _try(ctx, row)
        if answer.outcome == AttemptOutcome.NO_ANSWER:
            since = WebhookEndpoint.objects.filter(pk=endpoint_id).values_list("failing_since", flat=True).first()
            return Again(schedule.rest(since, clock.now()))
    soonest = _waiting(endpoint_id).aggregate(at=Min("next_at"))["at"]
    return Again(max(timedelta(0), soonest - clock.now())) if soonest else Done()


def _waiting(endpoint_id: UUID) -> QuerySet[WebhookDelivery]:
    active = {"endpoint_id": endpoint_id, "endpoint__state": EndpointState.ACTIVE}
    return WebhookDelivery.objects.filter(state=DeliveryState.PENDING, **active)


def _due(endpoint_id: UUID) -> QuerySet[WebhookDelivery]:
    rows = _waiting(endpoint_id).filter(next_at__lte=clock.now())
    return rows.select_related("event", "endpoint").order_by("next_at", "id")


def _close_interrupted(endpoint_id: UUID) -> None:
    """Receipts that a run left open: its process died, and whether the message arrived is not known."""
    WebhookAttempt.objects.filter(delivery__endpoint_id=endpoint_id, completed_at__isnull=True).update(
        completed_at=clock.now(),
        outcome=AttemptOutcome.INTERRUPTED,
        error="We were interrupted before the answer came. The message is sent again.",
    )


def _try(ctx: JobContext, row: WebhookDelivery) -> Answer:
    """One try with its receipt."""
    endpoint, event, now = row.endpoint, row.event, clock.now()
    attempt = WebhookAttempt(workspace_id=row.workspace_id, delivery=row, url=endpoint.url, started_at=now)
    try:
        signed = signing.headers(endpoint, event.message_id, event.body, now)
    except SecretUnreadable:
        answer = Answer(AttemptOutcome.NOT_SENT, 0, error="The stored secret cannot be read any more. Rotate it.")
        attempt.save(force_insert=True)
    else:
        attempt.headers = {"content-type": "application/json", **signed}
        attempt.save(force_insert=True)
        with ctx.without_connection():
            answer = calls.post(endpoint.url, event.body, attempt.headers, endpoints.trusted())
    _keep(row, attempt, answer)
    return answer


def _keep(row: WebhookDelivery, attempt: WebhookAttempt, answer: Answer) -> None:
    """Complete the receipt, move the delivery, and note how the endpoint is."""
    now = clock.now()
    with transaction.atomic():
        WebhookAttempt.objects.filter(pk=attempt.pk).update(
            completed_at=now,
            outcome=answer.outcome,
            http_status=answer.status,
            duration_ms=answer.duration_ms,
            error=answer.error,
            answer=answer.text,
        )
        # Whoever replayed it meanwhile counts its tries anew.
        pending = WebhookDelivery.objects.filter(pk=row.pk, state=DeliveryState.PENDING, tries=row.tries)
        pending.update(**_next(row, answer), http_status=answer.status, error=answer.error, updated_at=now)
        _note(row.endpoint, answer)


def _next(row: WebhookDelivery, answer: Answer) -> dict[str, Any]:
    now = clock.now()
    if answer.delivered:
        return {"state": DeliveryState.DELIVERED, "next_at": None, "ended_at": now}
    wait = schedule.wait_after(row.tries + 1)
    if wait is None or answer.status == _GONE:
        return {"state": DeliveryState.FAILED, "tries": row.tries + 1, "next_at": None, "ended_at": now}
    return {"tries": row.tries + 1, "next_at": now + wait}


def _note(endpoint: WebhookEndpoint, answer: Answer) -> None:
    """How long an endpoint has been failing; one that does for days, or says that it is gone, is switched off."""
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    if answer.delivered:
        rows.filter(failing_since__isnull=False).update(failing_since=None, last_failed_at=None)
        return
    now = clock.now()
    since = schedule.failing_since(endpoint.failing_since, endpoint.last_failed_at, now)
    rows.update(failing_since=since, last_failed_at=now)
    if answer.status == _GONE:
        endpoints.disable(endpoint, "It answered that it is gone for good (410).")
    elif now - since >= schedule.GIVE_UP:
        endpoints.disable(endpoint, f"It took nothing for {schedule.GIVE_UP.days} days. The last try: {answer.error}")


def ended(ended: Ended) -> None:
    """A job of sending was given up (its workers died) or cancelled: another one goes on, so that nothing is stuck."""
    if ended.actor is not None and ended.subject_id is not None and _waiting(ended.subject_id).exists():
        event_recording.wake(ended.actor.workspace_id, ended.subject_id, run_at=clock.now() + _TAKE_UP_AFTER)
