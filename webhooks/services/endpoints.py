"""What admins do with endpoints: make, change, rotate, pause, resume, test, delete."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts import audit, policy
from accounts.models import Workspace
from accounts.policy import Action
from core import clock, http
from core.actor import Actor
from core.errors import Conflict, PlanLimit, ValidationFailed
from core.hooks import limits
from notifications.models import NoticeKind
from notifications.services import Message, notify
from webhooks import catalog, payloads, selectors, signing
from webhooks.errors import WebhookError
from webhooks.models import DeliveryState, EndpointState, WebhookDelivery, WebhookEndpoint, WebhookEvent
from webhooks.services import event_recording

MOST_ENDPOINTS = 20
SUBJECT = "webhook_endpoint"


def trusted() -> frozenset[str]:
    """Origins that the operator trusts; every other one must be https and public."""
    return http.origins(settings.WEBHOOK_TRUSTED_URLS)


def create(*, actor: Actor, url: str, description: str = "", events: Sequence[str] = ()) -> tuple[WebhookEndpoint, str]:
    """A new endpoint and its secret, which is never shown again."""
    policy.require(actor, Action.MANAGE_WEBHOOKS)
    address = _address(url)
    chosen = _events(events)
    with transaction.atomic():
        # Creations take turns, so that two at once cannot pass the limit.
        Workspace.objects.select_for_update().get(pk=actor.workspace_id)
        if WebhookEndpoint.objects.for_workspace(actor.workspace_id).count() >= MOST_ENDPOINTS:
            sentence = f"A workspace has {MOST_ENDPOINTS} endpoints at most. Delete one that is not needed any more."
            raise PlanLimit(WebhookError.TOO_MANY, sentence, {"limit": MOST_ENDPOINTS})
        limits.check(actor.workspace_id, "webhook_endpoints", 1)
        row = WebhookEndpoint(
            workspace_id=actor.workspace_id,
            url=address,
            description=description.strip(),
            events=chosen,
            created_by_id=actor.user_id,
        )
        secret = signing.new_secret()
        row.secret_sealed = signing.seal(row, secret)
        row.save(force_insert=True)
        audit.record(actor, "webhook.create", (SUBJECT, row.pk), {"url": address, "events": chosen})
    return row, secret


def update(
    *,
    actor: Actor,
    endpoint_id: UUID,
    url: str | None = None,
    description: str | None = None,
    events: Sequence[str] | None = None,
) -> WebhookEndpoint:
    """Change what is given. What waits for the endpoint goes to its new address."""
    policy.require(actor, Action.MANAGE_WEBHOOKS)
    row = selectors.endpoint(actor, endpoint_id)
    changes: dict[str, object] = {}
    if url is not None and url.strip() != row.url:
        changes["url"] = _address(url)
    if description is not None:
        changes["description"] = description.strip()
    if events is not None:
        changes["events"] = _events(events)
    with transaction.atomic():
        if changes:
            _write(row, **changes)
            audit.record(actor, "webhook.update", (SUBJECT, row.pk), changes)
    return row


def rotate(*, actor: Actor, endpoint_id: UUID) -> tuple[WebhookEndpoint, str]:
    """Another secret; the present one goes on signing beside it for a day. The one before that ends now."""
    policy.require(actor, Action.MANAGE_WEBHOOKS)
    secret = signing.new_secret()
    with transaction.atomic():
        row = selectors.endpoint(actor, endpoint_id, lock=True)
        _write(
            row,
            former_secret_sealed=signing.seal(row, signing.secret_of(row), former=True),
            former_secret_until=clock.now() + signing.OVERLAP,
            secret_sealed=signing.seal(row, secret),
        )
        audit.record(actor, "webhook.rotate", (SUBJECT, row.pk))
    return row, secret


def pause(*, actor: Actor, endpoint_id: UUID) -> WebhookEndpoint:
    """Send nothing until it is resumed; what happens meanwhile is kept."""
    return _move(actor, endpoint_id, EndpointState.PAUSED, (EndpointState.ACTIVE,), "webhook.pause")


def resume(*, actor: Actor, endpoint_id: UUID) -> WebhookEndpoint:
    """Send again, beginning with what waited."""
    sources = (EndpointState.PAUSED, EndpointState.DISABLED)
    return _move(actor, endpoint_id, EndpointState.ACTIVE, sources, "webhook.resume")


def _move(
    actor: Actor, endpoint_id: UUID, to: EndpointState, sources: Sequence[EndpointState], verb: str
) -> WebhookEndpoint:
    policy.require(actor, Action.MANAGE_WEBHOOKS)
    with transaction.atomic():
        row = selectors.endpoint(actor, endpoint_id, lock=True)
        if row.state in sources:
            _write(row, state=to, problem="", failing_since=None, last_failed_at=None)
            audit.record(actor, verb, (SUBJECT, row.pk))
            if to == EndpointState.ACTIVE:
                event_recording.wake(row.workspace_id, row.pk)
    return row


def delete(*, actor: Actor, endpoint_id: UUID) -> None:
    """Remove an endpoint with its deliveries and receipts."""
    policy.require(actor, Action.MANAGE_WEBHOOKS)
    row = selectors.endpoint(actor, endpoint_id)
    with transaction.atomic():
        audit.record(actor, "webhook.delete", (SUBJECT, row.pk), {"url": row.url})
        row.delete()


def test(*, actor: Actor, endpoint_id: UUID) -> WebhookDelivery:
    """Send an event of the type `webhook.test` to this endpoint alone."""
    policy.require(actor, Action.MANAGE_WEBHOOKS)
    row = selectors.endpoint(actor, endpoint_id)
    require_active(row)
    now = clock.now()
    data = {"endpoint_id": str(row.pk), "url": f"{settings.PUBLIC_BASE_URL}{reverse('webhook_detail', args=[row.pk])}"}
    event = WebhookEvent(
        workspace_id=row.workspace_id, type=catalog.TEST, subject_type="endpoint", subject_id=row.pk, occurred_at=now,
    )  # fmt: skip
    event.once = f"test:{event.pk}"
    event.body = payloads.body(catalog.TEST, row.workspace_id, now, data)
    with transaction.atomic():
        event.save(force_insert=True)
        event_recording.send(row.workspace_id, [event], [row])
        audit.record(actor, "webhook.test", (SUBJECT, row.pk))
    return WebhookDelivery.objects.for_workspace(row.workspace_id).select_related("event", "endpoint").get(event=event)


def require_active(row: WebhookEndpoint) -> None:
    """Raise `Conflict` unless the endpoint is sent to."""
    if row.state != EndpointState.ACTIVE:
        sentence = f"This endpoint is {row.get_state_display().lower()}. Resume it first."
        raise Conflict(WebhookError.NOT_ACTIVE, sentence, {"status": row.state})


def disable(row: WebhookEndpoint, problem: str) -> None:
    """Switch off an endpoint that does not take anything; its admins are told. In the caller's transaction."""
    active = WebhookEndpoint.objects.filter(pk=row.pk, state=EndpointState.ACTIVE)
    now = clock.now()
    if not active.update(state=EndpointState.DISABLED, problem=problem[:300], updated_at=now):
        return
    WebhookDelivery.objects.filter(endpoint_id=row.pk, state=DeliveryState.PENDING).update(
        state=DeliveryState.FAILED,
        next_at=None,
        ended_at=now,
        error="The endpoint was switched off before this was delivered.",
        updated_at=now,
    )
    audit.record(Actor.system(row.workspace_id), "webhook.disable", (SUBJECT, row.pk), {"reason": problem})
    message = Message(
        kind=NoticeKind.ACTION_REQUIRED,
        once=f"webhook:{row.pk}:{now}",
        title=f"A webhook was switched off: {row}",
        text=f"{problem} Mend the receiver, resume the endpoint, and replay what failed.",
        link=reverse("webhook_detail", args=[row.pk]),
    )
    notify(workspace_id=row.workspace_id, message=message, admins=True)


def _write(row: WebhookEndpoint, **fields: object) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=[*fields, "updated_at"])


def _address(url: str) -> str:
    """The address, if it may be sent to. It is looked up, so never within a transaction."""
    address = url.strip()
    known = trusted()
    try:
        http.judge_url(address, trusted=known)
    except ValidationFailed as error:
        raise _at_url(error.message) from None
    if not address.lower().startswith("https://") and not http.origins([address]) <= known:
        raise _at_url("The address must begin with https://, so that nobody on the way can read the messages.")
    return address


def _at_url(sentence: str) -> ValidationFailed:
    return ValidationFailed(WebhookError.URL_REFUSED, sentence, fields={"url": [sentence]})


def _events(names: Sequence[str]) -> list[str]:
    unknown = [name for name in names if catalog.find(name) is None]
    if unknown:
        sentence = f"There is no event {unknown[0]}."
        raise ValidationFailed(WebhookError.EVENT_UNKNOWN, sentence, fields={"events": [sentence]})
    return [name for name in catalog.types() if name in names]
