"""The audit trail: written by services, in the transaction of the change."""

from typing import Any

from accounts.models import AuditEvent
from core import clock
from core.actor import Actor

_SECRET_WORDS = ("token", "secret", "password", "key", "code", "verifier")


def record(actor: Actor, verb: str, subject: tuple[str, object], changes: dict[str, Any] | None = None) -> AuditEvent:
    """Record what an actor did. `subject` is `(type, id)`; values of secret-looking fields are left out."""
    kept = {
        name: ("[secret]" if any(word in name.lower() for word in _SECRET_WORDS) else value)
        for name, value in (changes or {}).items()
    }
    return AuditEvent.objects.create(
        workspace_id=actor.workspace_id,
        actor_user_id=actor.user_id,
        actor_kind=actor.kind,
        verb=verb,
        subject_type=subject[0],
        subject_id=str(subject[1]),
        changes=kept,
        at=clock.now(),
    )
