"""The states of a target, a post and a call, which change may follow which, and how a post's state comes about.

    draft → scheduled → queued → preparing → uploading → processing → publishing → published
            waiting (rate, quota, retry)   unconfirmed (outcome unknown)   action_required   failed   cancelled
            in_inbox (handed over as a draft that the person posts in the platform's own app)
            needs_approval (planned, and not sent before somebody approves what would be sent)

A target's state is the truth for people; the job only moves it. `group_of` says it coarser, and a post's state is
derived from its targets' groups. Chips, lists, filters, notices, mails and the API all read these two.
"""

from collections.abc import Iterable

from django.db import models


class TargetState(models.TextChoices):
    """Where one account's share of a post stands."""

    DRAFT = "draft", "Draft"
    NEEDS_APPROVAL = "needs_approval", "Waiting for approval"
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
    IN_INBOX = "in_inbox", "Waits in your TikTok inbox"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class StateGroup(models.TextChoices):
    """A target's state, coarser: what a badge shows and a filter offers."""

    DRAFT = "draft", "Draft"
    NEEDS_APPROVAL = "needs_approval", "Waiting for approval"
    SCHEDULED = "scheduled", "Scheduled"
    PUBLISHING = "publishing", "Publishing"
    WAITING = "waiting", "Waiting"
    UNCONFIRMED = "unconfirmed", "Checking whether it is live"
    NEEDS_YOU = "needs_you", "Needs you"
    IN_INBOX = "in_inbox", "Waits in your TikTok inbox"
    PUBLISHED = "published", "Published"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class PostState(models.TextChoices):
    """Where a post stands as a whole."""

    DRAFT = "draft", "Draft"
    NEEDS_APPROVAL = "needs_approval", "Waiting for approval"
    SCHEDULED = "scheduled", "Scheduled"
    PUBLISHING = "publishing", "Publishing"
    WAITING = "waiting", "Waiting"
    UNCONFIRMED = "unconfirmed", "Checking whether it is live"
    NEEDS_YOU = "needs_you", "Needs you"
    IN_INBOX = "in_inbox", "Waits in your TikTok inbox"
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


class AttemptOutcome(models.TextChoices):
    """How an outside call ended. Open rows have none: the call is under way, or its process died."""

    OK = "ok", "Done"
    WAIT = "wait", "Not yet"
    REFUSED = "refused", "Refused"
    NO_ANSWER = "no_answer", "No answer"
    INTERRUPTED = "interrupted", "Interrupted"


S = TargetState
# What is planned to go out, with or without the approval that it needs.
PLANNED = frozenset({S.SCHEDULED, S.NEEDS_APPROVAL})
EDITABLE = frozenset({S.DRAFT, *PLANNED})
MOVING = frozenset({S.PREPARING, S.UPLOADING, S.PROCESSING, S.PUBLISHING})
IN_FLIGHT = frozenset({S.QUEUED, *MOVING, S.WAITING, S.UNCONFIRMED, S.ACTION_REQUIRED})
HOLDING = frozenset({S.WAITING, S.UNCONFIRMED, S.ACTION_REQUIRED})
# Our work on it has ended. What waits in an inbox is the person's to post or to throw away.
FINISHED = frozenset({S.PUBLISHED, S.IN_INBOX, S.FAILED, S.CANCELLED})
# States that an error explains (a planned post may have lost its account, or its time may have passed before it was
# approved); in every other one it would be an old error.
EXPLAINED = frozenset({*PLANNED, *HOLDING, S.FAILED})

# Back to waiting for approval goes only what the engine finds unapproved before anything of it can be public.
_ONWARD = frozenset({*MOVING, S.WAITING, S.UNCONFIRMED, S.ACTION_REQUIRED, *FINISHED, S.NEEDS_APPROVAL})
ALLOWED: dict[TargetState, frozenset[TargetState]] = {
    S.DRAFT: frozenset({S.NEEDS_APPROVAL, S.SCHEDULED, S.QUEUED, S.CANCELLED}),
    S.NEEDS_APPROVAL: frozenset({S.DRAFT, S.SCHEDULED, S.QUEUED, S.CANCELLED}),
    S.SCHEDULED: frozenset({S.DRAFT, S.NEEDS_APPROVAL, S.QUEUED, S.FAILED, S.CANCELLED}),
    S.QUEUED: _ONWARD,
    S.PREPARING: _ONWARD,
    S.UPLOADING: _ONWARD,
    S.PROCESSING: _ONWARD,
    S.PUBLISHING: _ONWARD,
    S.WAITING: _ONWARD | {S.QUEUED},
    S.UNCONFIRMED: _ONWARD | {S.QUEUED},
    S.ACTION_REQUIRED: frozenset({S.QUEUED, S.UNCONFIRMED, S.PUBLISHED, S.FAILED, S.CANCELLED}),
    S.IN_INBOX: frozenset({S.PUBLISHED, S.FAILED, S.CANCELLED}),
    S.FAILED: frozenset({S.QUEUED, S.PUBLISHED}),
    S.CANCELLED: frozenset(),
    S.PUBLISHED: frozenset(),
}

_GROUPS: dict[TargetState, StateGroup] = {
    S.DRAFT: StateGroup.DRAFT,
    S.NEEDS_APPROVAL: StateGroup.NEEDS_APPROVAL,
    S.SCHEDULED: StateGroup.SCHEDULED,
    **dict.fromkeys((S.QUEUED, *sorted(MOVING)), StateGroup.PUBLISHING),
    S.WAITING: StateGroup.WAITING,
    S.UNCONFIRMED: StateGroup.UNCONFIRMED,
    S.ACTION_REQUIRED: StateGroup.NEEDS_YOU,
    S.IN_INBOX: StateGroup.IN_INBOX,
    S.PUBLISHED: StateGroup.PUBLISHED,
    S.FAILED: StateGroup.FAILED,
    S.CANCELLED: StateGroup.CANCELLED,
}
# What has not ended names the post, the worst for a person first.
_UNFINISHED = (
    (StateGroup.NEEDS_YOU, PostState.NEEDS_YOU),
    (StateGroup.UNCONFIRMED, PostState.UNCONFIRMED),
    (StateGroup.WAITING, PostState.WAITING),
    (StateGroup.PUBLISHING, PostState.PUBLISHING),
    (StateGroup.NEEDS_APPROVAL, PostState.NEEDS_APPROVAL),
    (StateGroup.SCHEDULED, PostState.SCHEDULED),
)


def may_follow(before: str, after: str) -> bool:
    """Whether a target may go from one state to another (staying is always allowed while unfinished)."""
    first, second = TargetState(before), TargetState(after)
    return second in ALLOWED[first] or (first == second and first not in FINISHED)


def sources_of(after: TargetState, among: Iterable[TargetState] = TargetState) -> list[TargetState]:
    """Every state from which `after` may be reached."""
    return [state for state in among if may_follow(state, after)]


def group_of(state: str, *, asked: bool = False, stopped: bool = False) -> StateGroup:
    """The group of a target's state.

    `asked`: the person was asked whether it is live. `stopped`: an error says why what is planned will not go out as
    it stands. Both need the person.
    """
    if (asked and state == S.UNCONFIRMED) or (stopped and state in PLANNED):
        return StateGroup.NEEDS_YOU
    return _GROUPS[TargetState(state)]


def shown_state(state: str, group: StateGroup) -> str:
    """The state as a badge shows it: exact while it moves, and "needs you" wherever a person is waited for."""
    return state if group is StateGroup.PUBLISHING else group.value


def derive(groups: Iterable[str]) -> PostState:
    """The state of a post from its targets' groups."""
    found = {StateGroup(group) for group in groups}
    for group, state in _UNFINISHED:
        if group in found:
            return state
    if found <= {StateGroup.DRAFT} or found == {StateGroup.DRAFT, StateGroup.CANCELLED}:
        return PostState.DRAFT
    return _ended(found)


def _ended(found: set[StateGroup]) -> PostState:
    """The state of a post of which nothing is to come by itself."""
    if StateGroup.FAILED in found:
        return PostState.PARTIALLY_PUBLISHED if StateGroup.PUBLISHED in found else PostState.FAILED
    if StateGroup.IN_INBOX in found:
        return PostState.IN_INBOX
    if StateGroup.PUBLISHED in found:
        return PostState.PUBLISHED if found == {StateGroup.PUBLISHED} else PostState.PARTIALLY_PUBLISHED
    return PostState.CANCELLED
