"""`Idempotency-Key` on POSTs that create, publish or charge.

The same key with the same body answers the same result for a day; with another body 422; while the first request is
still under way 409. Only answers below 500 are kept: after a failure of ours the client may simply ask again.

A service that must not act twice, whoever calls it, keeps its result by `remember` in its own transaction, so that it
is there even when the answer was never sent.
"""

import functools
import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from core import clock
from core.actor import Actor
from core.errors import Conflict, DomainError, ValidationFailed
from core.models import IdempotencyKey
from core.serializers import has_control_character

HEADER = "Idempotency-Key"
KEEP = timedelta(days=1)
UNDER_WAY = timedelta(minutes=2)
F = TypeVar("F", bound=Callable[..., Response])


class KeyReused(ValidationFailed):
    """The same key came with another body."""

    status = 422


def idempotent(action: F) -> F:
    """Wrap a viewset's action, inside of `endpoint`; does nothing when the request carries no key."""

    @functools.wraps(action)
    def wrapped(view: Any, request: Any, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER, "").strip()
        if not key:
            return action(view, request, *args, **kwargs)
        if has_control_character(key):
            raise ValidationFailed("idempotency_key_invalid", "An Idempotency-Key has no control characters.")
        if len(key) > 200:
            raise ValidationFailed("idempotency_key_too_long", "An Idempotency-Key has 200 characters at most.")
        row, earlier = _claim(view.actor, f"{request.method} {request.path}"[:120], key, _fingerprint(request))
        if earlier is not None:
            return earlier
        try:
            response = action(view, request, *args, **kwargs)
        except DomainError as error:
            _keep(row, Response(error.as_dict(), status=error.status))
            raise
        except BaseException:
            row.delete()
            raise
        _keep(row, response)
        return response

    wrapped.is_idempotent = True  # type: ignore[attr-defined]
    return wrapped  # type: ignore[return-value]


def key_of(request: Any) -> str:
    """The request's route and key, as a service takes them; empty when it carries no key."""
    key = request.headers.get(HEADER, "").strip()
    return f"{request.method} {request.path} {key}" if key else ""


def recall(actor: Actor, use: str, key: str) -> Any:
    """What `remember` kept under this key within a day; None when there is nothing."""
    rows = _remembered(actor, use, key).filter(expires_at__gt=clock.now())
    return rows.values_list("body", flat=True).first()


def remember(actor: Actor, use: str, key: str, result: Any) -> None:
    """Keep a result (JSON) for a day, in the caller's transaction. Raises `IntegrityError` when it is there already."""
    now = clock.now()
    _remembered(actor, use, key).filter(expires_at__lte=now).delete()
    IdempotencyKey(
        workspace_id=actor.workspace_id,
        user_id=actor.user_id or actor.workspace_id,
        route=use,
        key=key,
        body_hash="",
        status=200,
        body=result,
        expires_at=now + KEEP,
    ).save(force_insert=True)


def forget(actor: Actor, use: str, key: str) -> None:
    """Let the next call with this key act again."""
    _remembered(actor, use, key).delete()


def _remembered(actor: Actor, use: str, key: str) -> QuerySet[IdempotencyKey]:
    # The system has no user id, and two NULLs are never the same to a unique constraint.
    owner = actor.user_id or actor.workspace_id
    return IdempotencyKey.objects.for_workspace(actor.workspace_id).filter(user_id=owner, route=use, key=key)


def is_idempotent(action: Any) -> bool:
    """Whether an action takes an Idempotency-Key."""
    return bool(getattr(action, "is_idempotent", False))


def _fingerprint(request: Any) -> str:
    body = json.dumps(request.data, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()


def _claim(actor: Actor, route: str, key: str, body_hash: str) -> tuple[IdempotencyKey, Response | None]:
    now = clock.now()
    names = {"user_id": actor.user_id, "route": route, "key": key}
    rows = IdempotencyKey.objects.for_workspace(actor.workspace_id).filter(**names)
    rows.filter(expires_at__lte=now).delete()
    try:
        with transaction.atomic():
            fresh = IdempotencyKey(
                workspace_id=actor.workspace_id, body_hash=body_hash, expires_at=now + UNDER_WAY, **names
            )
            fresh.save(force_insert=True)
            return fresh, None
    except IntegrityError:
        known = rows.first()
    if known is not None and known.body_hash != body_hash:
        raise KeyReused("idempotency_key_reused", "This Idempotency-Key was used with another body. Use a new key.")
    if known is None or known.status is None:
        raise Conflict("idempotency_in_progress", "The first request with this Idempotency-Key is still under way.")
    return known, Response(known.body, status=known.status, headers={"Idempotency-Replayed": "true"})


def _keep(row: IdempotencyKey, response: Response) -> None:
    if response.status_code >= 500:
        row.delete()
        return
    body = json.loads(JSONRenderer().render(response.data)) if response.data is not None else None
    IdempotencyKey.objects.filter(pk=row.pk).update(
        status=response.status_code, body=body, expires_at=clock.now() + KEEP
    )
