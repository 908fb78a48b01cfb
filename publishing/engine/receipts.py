"""Receipts: a row is committed before every outside call and completed after it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from core import clock
from core.logging import redact
from publishing.engine import commit_lock
from publishing.models import Attempt, AttemptOutcome, PostTarget
from publishing.platforms.base import Effect, PublishStep
from publishing.schedule import lateness
from publishing.states import TargetState
from publishing.transitions import move


class Superseded(Exception):
    """Another run owns the target, or a person has cancelled it."""


def begin(target: PostTarget, token: UUID, step: PublishStep, *, stay: bool = False) -> Attempt:
    """Commit the receipt of a call about to be made, together with the state it is made in. Raises `Superseded`.

    A commit step marks the target as committed in the same transaction: from then on nobody can cancel it. `stay`
    leaves the state alone (looking, not moving).
    """
    now = clock.now()
    fields: dict[str, Any] = {"next_at": None, "wait_reason": "", "started_at": target.started_at or now}
    if target.booking:
        fields["booking"] = {}
    if step.effect is Effect.COMMIT:
        fields |= {"committed": True, "committed_at": now}
    with transaction.atomic():
        state = TargetState(target.state) if stay else step.state
        first = target.started_at is None
        if not move(target, state, fence=token, **fields):
            raise Superseded
        if first:
            _note_idleness(target, now)
        return Attempt.objects.create(
            workspace_id=target.workspace_id,
            target_id=target.pk,
            run_token=token,
            step=step.name,
            effect=step.effect,
            started_at=now,
        )


def _note_idleness(target: PostTarget, now: datetime) -> None:
    """At the first step: the part of its lateness that nothing else explains was ours."""
    seconds = lateness.unexplained(target, now)
    if seconds > lateness.PART:
        target.delays = {**target.delays, "worker": seconds}
        PostTarget.objects.filter(pk=target.pk).update(delays=target.delays)


def complete(
    attempt: Attempt,
    outcome: AttemptOutcome,
    *,
    status: int | None = None,
    code: str = "",
    words: str = "",
    sentence: str = "",
    next_at: datetime | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Write how the call ended. Once: a completed receipt is never changed."""
    Attempt.objects.filter(pk=attempt.pk, completed_at__isnull=True).update(
        completed_at=clock.now(),
        outcome=outcome,
        http_status=status,
        platform_code=code[:80],
        platform_message=redact(words)[:2000],
        sentence=sentence,
        next_at=next_at,
        details=details or {},
    )


def commit_was_answered(target: PostTarget) -> bool:
    """Whether the latest commit step was refused by something that knows how it ended."""
    commits = Attempt.objects.filter(target_id=target.pk, effect=Effect.COMMIT).order_by("-id")
    last = commits.only("outcome", "http_status").first()
    # A gateway that gave up waiting (504) knows nothing of what goes on behind it.
    return last is not None and last.outcome == AttemptOutcome.REFUSED and last.http_status != 504


def close_interrupted(target: PostTarget) -> list[Attempt]:
    """Complete receipts left open by a run that died; returns them, oldest first."""
    left = list(Attempt.objects.filter(target_id=target.pk, completed_at__isnull=True).order_by("id"))
    for attempt in left:
        sentence = "The work was interrupted; it continues from here."
        if attempt.effect == Effect.COMMIT:
            sentence = "The work was interrupted while sending; we check whether the post is live before anything else."
        complete(attempt, AttemptOutcome.INTERRUPTED, sentence=sentence)
    commit_lock.release(target.pk, target.account_id)
    return left
