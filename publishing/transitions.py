"""The one way in which a target's state changes, and how its post and the pages learn of it."""

from typing import Any
from uuid import UUID

from django.db import transaction

from core import clock
from jobs import events
from publishing import signals
from publishing.models import Post, PostTarget
from publishing.states import FINISHED, HOLDING, TargetState, derive, sources_of

_ENDED: dict[str, Any] = {"run_token": None, "next_at": None, "wait_reason": ""}


def move(target: PostTarget, to: TargetState, *, fence: UUID | None = None, only_if: Any = None, **fields: Any) -> bool:
    """Bring a target into a state by a conditional UPDATE; False when it is not where the caller thought.

    `fence` demands that the run with this token still owns the target, `only_if` is a further condition (a Q). The
    given instance takes over what was written.
    """
    rows = PostTarget.objects.filter(pk=target.pk, state__in=sources_of(to))
    if fence is not None:
        rows = rows.filter(run_token=fence)
    if only_if is not None:
        rows = rows.filter(only_if)
    if to in FINISHED:
        fields = {**_ENDED, "finished_at": clock.now(), "checkpoint_sealed": "", **fields}
    before = target.state
    if before != to:
        fields = {**_held(target, to), **fields}
    with transaction.atomic():
        if before != to:
            _lock_post(target.post_id)
        if not rows.update(state=to, updated_at=clock.now(), **fields):
            return False
        for name, value in fields.items():
            setattr(target, name, value)
        target.state = to
        if before != to:
            _tell(target)
    return True


def _held(target: PostTarget, to: TargetState) -> dict[str, Any]:
    """What a change of state does to the account of what held the target up."""
    now = clock.now()
    columns: dict[str, Any] = {}
    if target.state in HOLDING and target.held_since is not None:
        reason = target.wait_reason if target.state == TargetState.WAITING else target.state
        seconds = max(0, round((now - target.held_since).total_seconds()))
        columns["delays"] = {**target.delays, reason: int(target.delays.get(reason, 0)) + seconds}
        columns["held_since"] = None
    if to in HOLDING:
        columns["held_since"] = now
    return columns


def _lock_post(post_id: UUID) -> None:
    """Changes of one post's targets take turns, post first: else two that end together would each miss the other."""
    list(Post.objects.select_for_update().filter(pk=post_id).values_list("pk"))


def _tell(target: PostTarget) -> None:
    refresh_post(target.post_id)
    ids = {"target_id": target.pk, "post_id": target.post_id, "workspace_id": target.workspace_id}
    signals.target_changed.send(PostTarget, state=target.state, **ids)
    if target.state == TargetState.PUBLISHED:
        signals.target_published.send(PostTarget, **ids)
    elif target.state == TargetState.FAILED:
        signals.target_failed.send(PostTarget, **ids)
    elif target.state == TargetState.ACTION_REQUIRED:
        signals.target_asks.send(PostTarget, **ids)
    announce(target)


def refresh_post(post_id: UUID) -> None:
    """Derive the post's state again from its targets."""
    state = derive(PostTarget.objects.filter(post_id=post_id).values_list("state", flat=True))
    Post.objects.filter(pk=post_id).exclude(state=state).update(state=state, updated_at=clock.now())


def announce(target: PostTarget) -> None:
    """A hint to the pages that look at the post."""
    data = {"target_id": str(target.pk), "state": target.state, "progress_pct": target.progress_pct}
    events.send(topic="post", id=target.post_id, type="post.state", data=data)
