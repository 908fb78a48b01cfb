"""From what was approved to what may go out: planned targets follow the approvals of their post."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from core import clock
from publishing.errors import TargetError
from publishing.models import PostTarget
from publishing.schedule import blocked
from publishing.schedule.approval import Gate
from publishing.states import PLANNED, TargetState
from publishing.transitions import NO_ERROR, lock_posts, move

# A post is this late without anybody minding; whatever waits longer than its time needs a new one.
ON_TIME = timedelta(minutes=1)
LATE = "Its time passed before it was approved, so it was not sent. Choose a new time, or publish it now."
NO_TIME: dict[str, Any] = {"due_at": None, "zone": "", "wall_time": ""}
_BATCH = 200


def settle(post_id: UUID) -> list[PostTarget]:
    """Let the planned targets of a post wait for approval, or go on, as their content is approved. Those that wait.

    What was to go out once approved goes out now; what has a time goes out then, and says so when that has passed.
    """
    with transaction.atomic():
        lock_posts([post_id])
        rows = list(planned(post_id))
        if not rows:
            return []
        gate = Gate.of(rows[0].workspace_id, [post_id])
        for row in rows:
            _follow(row, gate)
    return [row for row in rows if row.state == TargetState.NEEDS_APPROVAL]


def planned(post_id: UUID) -> list[PostTarget]:
    """The planned targets of a post, with all that is sent of them."""
    rows = PostTarget.objects.filter(post_id=post_id, state__in=sorted(PLANNED), post__deleted_at__isnull=True)
    return list(rows.select_related("post", "account").prefetch_related("post__media__file").order_by("id"))


def _follow(row: PostTarget, gate: Gate) -> None:
    held = gate.holds(row)
    if row.state == TargetState.SCHEDULED:
        if held:
            move(row, TargetState.NEEDS_APPROVAL, **NO_ERROR)
    elif held:
        mark_late(row)
    elif row.due_at is None:
        _without_time(row, approved=gate.required)
    elif row.due_at >= clock.now() - ON_TIME:
        code, sentence = blocked.standing(row.account)
        move(row, TargetState.SCHEDULED, error_code=code, error_sentence=sentence)
    else:
        mark_late(row)


def _without_time(row: PostTarget, *, approved: bool) -> None:
    """What was to go out once approved; without anybody's approval it is only a draft again."""
    if not approved:
        move(row, TargetState.DRAFT, **NO_TIME)
        return
    code, sentence = blocked.standing(row.account)
    move(row, TargetState.SCHEDULED, due_at=clock.now(), error_code=code, error_sentence=sentence)


def mark_late(row: PostTarget) -> bool:
    """Let a target say that its time has passed; False when it has not, or is said already."""
    if row.due_at is None or row.due_at >= clock.now() - ON_TIME or row.error_code == TargetError.APPROVAL_LATE:
        return False
    fields: dict[str, Any] = {
        "asked_at": None,
        "error_code": TargetError.APPROVAL_LATE,
        "error_sentence": LATE,
        "error_words": "",
    }
    return move(row, TargetState.NEEDS_APPROVAL, **fields)


def mark_all_late() -> int:
    """Whatever waited beyond its time says so; in the system scope. How many targets did."""
    rows = PostTarget.objects.filter(state=TargetState.NEEDS_APPROVAL, due_at__lt=clock.now() - ON_TIME)
    rows = rows.exclude(error_code=TargetError.APPROVAL_LATE)
    return sum(mark_late(row) for row in rows.order_by("due_at", "id")[:_BATCH])


def say_changes(post_id: UUID, sentence: str) -> None:
    """Let what waits for approval say that changes were asked for."""
    for row in planned(post_id):
        if row.state == TargetState.NEEDS_APPROVAL:
            fields: dict[str, Any] = {"error_code": TargetError.CHANGES_REQUESTED, "error_sentence": sentence}
            move(row, TargetState.NEEDS_APPROVAL, asked_at=None, **fields)


def say_waiting(post_id: UUID) -> None:
    """Let what waits for approval say no more that changes were asked for: it was sent again."""
    for row in planned(post_id):
        if row.state == TargetState.NEEDS_APPROVAL and row.error_code == TargetError.CHANGES_REQUESTED:
            move(row, TargetState.NEEDS_APPROVAL, asked_at=None, **NO_ERROR)


def unplan(post_id: UUID) -> None:
    """Make what waits for approval a draft again: nobody is asked any more."""
    for row in planned(post_id):
        if row.state == TargetState.NEEDS_APPROVAL:
            move(row, TargetState.DRAFT, **NO_TIME)


def settle_all(workspace_id: UUID) -> int:
    """Settle every post of a workspace that has something planned, after its rules changed. How many were looked at."""
    rows = PostTarget.objects.for_workspace(workspace_id).filter(state__in=sorted(PLANNED))
    ids = list(rows.order_by("post_id").values_list("post_id", flat=True).distinct())
    for post_id in ids:
        settle(post_id)
    return len(ids)
