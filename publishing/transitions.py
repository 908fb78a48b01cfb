"""The one way in which a target's state changes, and how its post and the pages learn of it."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction

from core import clock
from jobs import events
from publishing import signals
from publishing.models import Post, PostTarget
from publishing.states import (
    EXPLAINED,
    FINISHED,
    HOLDING,
    Group,
    PostState,
    TargetState,
    derive,
    group_of,
    sources_of,
)

_ENDED: dict[str, Any] = {"run_token": None, "checkpoint_sealed": ""}
NO_ERROR: dict[str, str] = {"error_code": "", "error_sentence": "", "error_words": ""}


def move(target: PostTarget, to: TargetState, *, fence: UUID | None = None, only_if: Any = None, **fields: Any) -> bool:
    """Bring a target into a state by a conditional UPDATE; False when it is not where the caller thought.

    `fence` demands that the run with this token still owns the target, `only_if` is a further condition (a Q). The
    given instance takes over what was written. What explained a former state goes with it, unless `fields` say anew.
    """
    rows = PostTarget.objects.filter(pk=target.pk, state__in=sources_of(to))
    if fence is not None:
        rows = rows.filter(run_token=fence)
    if only_if is not None:
        rows = rows.filter(only_if)
    if to in FINISHED:
        fields = {**_ENDED, "finished_at": clock.now(), **fields}
    fields = {**_outdated(to), **fields}
    before = target.state
    if before != to:
        fields = {**_held(target, to), **fields}
    # What a person must do is part of where a post stands, whether or not the state changes with it.
    weighs = before != to or "asked_at" in fields
    with transaction.atomic():
        if weighs:
            _lock_post(target.post_id)
        if not rows.update(state=to, updated_at=clock.now(), **fields):
            return False
        for name, value in fields.items():
            setattr(target, name, value)
        target.state = to
        if weighs:
            refresh_posts([target.post_id])
        if before != to:
            _tell(target)
    return True


def _outdated(to: TargetState) -> dict[str, Any]:
    """The columns that say nothing about this state: the one place that clears an error, a reason and a time."""
    columns: dict[str, Any] = {}
    if to not in EXPLAINED:
        columns |= NO_ERROR
    if to != TargetState.WAITING:
        columns["wait_reason"] = ""
    if to not in (TargetState.WAITING, TargetState.UNCONFIRMED):
        columns["next_at"] = None
    return columns


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
    ids = {"target_id": target.pk, "post_id": target.post_id, "workspace_id": target.workspace_id}
    signals.target_changed.send(PostTarget, state=target.state, **ids)
    if target.state == TargetState.PUBLISHED:
        signals.target_published.send(PostTarget, **ids)
    elif target.state == TargetState.FAILED:
        signals.target_failed.send(PostTarget, **ids)
    elif target.state == TargetState.ACTION_REQUIRED:
        signals.target_asks.send(PostTarget, **ids)
    announce(target)


def refresh_posts(post_ids: Collection[UUID]) -> None:
    """Derive the state of posts again from their targets: one read, and one write for each state."""
    groups: dict[UUID, set[Group]] = {post_id: set() for post_id in post_ids}
    rows = PostTarget.objects.filter(post_id__in=groups)
    for post_id, state, asked_at, error_code in rows.values_list("post_id", "state", "asked_at", "error_code"):
        groups[post_id].add(group_of(state, asked=asked_at is not None, stopped=error_code != ""))
    by_state: dict[PostState, list[UUID]] = defaultdict(list)
    for post_id, found in groups.items():
        by_state[derive(found)].append(post_id)
    for state, ids in by_state.items():
        Post.objects.filter(pk__in=ids).exclude(state=state).update(state=state, updated_at=clock.now())


def announce(target: PostTarget) -> None:
    """A hint to the pages that look at the post."""
    data = {"target_id": str(target.pk), "state": target.state, "progress_pct": target.progress_pct}
    events.send(topic="post", id=target.post_id, type="post.state", data=data)
