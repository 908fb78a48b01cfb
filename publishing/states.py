"""The states of a target and of a post, which change may follow which, and how a post's state comes about.

    draft → scheduled → queued → preparing → uploading → processing → publishing → published
            waiting (rate, quota, retry)   unconfirmed (outcome unknown)   action_required   failed   cancelled

A target's state is the truth for people; the job only moves it. A post's state is derived from its targets.
"""

from collections.abc import Iterable

from django.db import models


class TargetState(models.TextChoices):
    """Where one account's share of a post stands."""

    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    QUEUED = "queued", "Queued"
    PREPARING = "preparing", "Preparing"
    UPLOADING = "uploading", "Uploading"
    PROCESSING = "processing", "Being processed by the platform"
    PUBLISHING = "publishing", "Publishing"
    PUBLISHED = "published", "Published"
    WAITING = "waiting", "Waiting"
    UNCONFIRMED = "unconfirmed", "Checking whether it is live"
    ACTION_REQUIRED = "action_required", "Needs you"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class PostState(models.TextChoices):
    """Where a post stands as a whole."""

    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    PUBLISHING = "publishing", "Publishing"
    PUBLISHED = "published", "Published"
    PARTIALLY_PUBLISHED = "partially_published", "Partially published"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class WaitReason(models.TextChoices):
    """Why a waiting target waits."""

    RETRY = "retry", "Trying again"
    RATE = "rate", "The platform's rate limit"
    QUOTA = "quota", "The platform's daily limit"
    HOLD = "hold", "The platform asked for a pause"


S = TargetState
EDITABLE = frozenset({S.DRAFT, S.SCHEDULED})
MOVING = frozenset({S.PREPARING, S.UPLOADING, S.PROCESSING, S.PUBLISHING})
IN_FLIGHT = frozenset({S.QUEUED, *MOVING, S.WAITING, S.UNCONFIRMED, S.ACTION_REQUIRED})
HOLDING = frozenset({S.WAITING, S.UNCONFIRMED, S.ACTION_REQUIRED})
FINISHED = frozenset({S.PUBLISHED, S.FAILED, S.CANCELLED})

_ONWARD = frozenset({*MOVING, S.PUBLISHED, S.WAITING, S.UNCONFIRMED, S.ACTION_REQUIRED, S.FAILED, S.CANCELLED})
ALLOWED: dict[TargetState, frozenset[TargetState]] = {
    S.DRAFT: frozenset({S.SCHEDULED, S.QUEUED, S.CANCELLED}),
    S.SCHEDULED: frozenset({S.DRAFT, S.QUEUED, S.FAILED, S.CANCELLED}),
    S.QUEUED: _ONWARD,
    S.PREPARING: _ONWARD,
    S.UPLOADING: _ONWARD,
    S.PROCESSING: _ONWARD,
    S.PUBLISHING: _ONWARD,
    S.WAITING: _ONWARD | {S.QUEUED},
    S.UNCONFIRMED: _ONWARD | {S.QUEUED},
    S.ACTION_REQUIRED: frozenset({S.QUEUED, S.UNCONFIRMED, S.PUBLISHED, S.FAILED, S.CANCELLED}),
    S.FAILED: frozenset({S.QUEUED, S.PUBLISHED}),
    S.CANCELLED: frozenset(),
    S.PUBLISHED: frozenset(),
}

GROUPS: dict[TargetState, str] = {
    S.DRAFT: "draft",
    S.SCHEDULED: "scheduled",
    **dict.fromkeys((S.QUEUED, *sorted(MOVING)), "publishing"),
    S.WAITING: "waiting",
    S.UNCONFIRMED: "attention",
    S.ACTION_REQUIRED: "attention",
    S.PUBLISHED: "published",
    S.FAILED: "failed",
    S.CANCELLED: "cancelled",
}


def may_follow(before: str, after: str) -> bool:
    """Whether a target may go from one state to another (staying is always allowed while unfinished)."""
    first, second = TargetState(before), TargetState(after)
    return second in ALLOWED[first] or (first == second and first not in FINISHED)


def sources_of(after: TargetState, among: Iterable[TargetState] = TargetState) -> list[TargetState]:
    """Every state from which `after` may be reached."""
    return [state for state in among if may_follow(state, after)]


def derive(states: Iterable[str]) -> PostState:
    """The state of a post from its targets' states."""
    found = {TargetState(state) for state in states}
    if not found or found <= {S.DRAFT}:
        return PostState.DRAFT
    if found & IN_FLIGHT:
        return PostState.PUBLISHING
    if found & EDITABLE:
        # Some accounts are still to come: nothing has ended yet unless one already went out.
        if found & {S.PUBLISHED, S.FAILED}:
            return PostState.PUBLISHING
        return PostState.SCHEDULED if S.SCHEDULED in found else PostState.DRAFT
    if found == {S.PUBLISHED}:
        return PostState.PUBLISHED
    if S.PUBLISHED in found:
        return PostState.PARTIALLY_PUBLISHED
    return PostState.FAILED if S.FAILED in found else PostState.CANCELLED
