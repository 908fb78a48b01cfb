"""When a post goes out: now, at a time, or not yet. A target's `due_at` is the only clock."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts import audit, policy
from accounts.policy import Action
from accounts.selectors import timezone_of
from core import clock
from core.actor import Actor
from core.errors import Conflict, ValidationFailed
from publishing import selectors
from publishing.approvals import requests as approvals
from publishing.errors import PublishingError
from publishing.models import Post, PostTarget
from publishing.schedule import approval, blocked, conflicts, queueing, walltime
from publishing.schedule.approval import Gate
from publishing.schedule.conflicts import ScheduleConflict
from publishing.schedule.walltime import Instant
from publishing.services.posts import require_ready
from publishing.states import EDITABLE, PLANNED, TargetState
from publishing.transitions import NO_ERROR, move

GRACE = timedelta(minutes=1)
# Farther ahead is a slip of the year, and no platform's rules of today would still hold.
HORIZON = timedelta(days=2 * 365 + 1)
# What a target without a time says.
NO_TIME: dict[str, Any] = {"due_at": None, "zone": "", "wall_time": "", **NO_ERROR}
AWAITS_APPROVAL = "It waits for approval, and goes out at its time once it is approved."


@dataclass(frozen=True, slots=True)
class When:
    """A wall time in a zone, or an instant (then `zone` only says how to show it)."""

    at: datetime | None = None
    wall: datetime | None = None
    zone: str = ""

    def resolve(self, fallback_zone: str) -> Instant:
        """The instant, with what the zone did to a wall time."""
        zone = walltime.canonical(self.zone or fallback_zone)
        if self.at is not None:
            return Instant(self.at, walltime.to_wall(self.at, zone), zone, walltime.Shift.NONE)
        if self.wall is None:
            raise ValidationFailed(
                PublishingError.DUE_IN_PAST, "Choose a date and a time.", fields={"scheduled_at": ["Missing."]}
            )
        return walltime.to_instant(self.wall, zone)


def publish_now(*, actor: Actor, post_id: UUID, once_approved: bool = False) -> Post:
    """Send everything that has not gone out, to all accounts at once. Raises with all problems first.

    Where approval is required and missing, it refuses (`approval_required`); `once_approved` asks for the approval
    instead, and what needs it goes out as soon as it is given.
    """
    policy.require(actor, Action.PUBLISH)
    post = selectors.post(actor, post_id)
    targets = [row for row in post.targets.all() if row.state in EDITABLE]
    if not targets and post.targets.all():
        raise Conflict(PublishingError.ALREADY_GOING_OUT, "This post is already going out.")
    require_ready(post)
    gate = Gate.of(actor.workspace_id, [post.pk])
    held = [row for row in targets if gate.holds(row)]
    if held and not once_approved:
        sentence = "This workspace sends nothing without approval. Send it for approval, and it goes out once approved."
        raise Conflict(PublishingError.APPROVAL_REQUIRED, sentence, {"accounts": [str(row.account_id) for row in held]})
    now = clock.now()
    with transaction.atomic():
        for row in targets:
            row.post = post
            if row in held:
                _await_approval(row)
            else:
                row.due_at = now
                queueing.queue(row, actor)
        audit.record(actor, "post.publish", ("post", post.pk), {"accounts": len(targets), "held": len(held)})
        approvals.ensure(actor=actor, post_id=post.pk)
    return selectors.post(actor, post_id)


def _await_approval(row: PostTarget) -> None:
    """Let a share go out as soon as it is approved."""
    if not move(row, TargetState.NEEDS_APPROVAL, **NO_TIME):
        raise Conflict(PublishingError.ALREADY_GOING_OUT, "This post has just started to go out.")


def schedule_post(
    *,
    actor: Actor,
    post_id: UUID,
    when: When,
    per_account: Mapping[UUID, When] | None = None,
    accept_conflicts: bool = True,
    only: Collection[UUID] | None = None,
) -> tuple[Post, list[str]]:
    """Let a post go out at a time, each account at its own if wanted; also moves what is scheduled already.

    `only` names the accounts whose shares get a time; the others stay as they are.

    Returns the post and sentences a person should read (a wall time that does not exist, a crowded minute). Without
    `accept_conflicts` a conflict refuses instead (`schedule_conflict`, with all of them), until it is accepted.
    """
    policy.require(actor, Action.PUBLISH)
    post = selectors.post(actor, post_id)
    targets = [row for row in post.targets.all() if row.state in EDITABLE and (only is None or row.account_id in only)]
    if not targets and post.targets.all():
        raise Conflict(PublishingError.ALREADY_GOING_OUT, "This post is already going out.")
    require_ready(post)
    zone = timezone_of(actor)
    instants = {row.account_id: (per_account or {}).get(row.account_id, when).resolve(zone) for row in targets}
    for instant in instants.values():
        refuse_outside(instant)
    found = conflicts.of(post, {account_id: instant.at for account_id, instant in instants.items()})
    refuse_unaccepted(found, accept_conflicts)
    notes = [note for note in (instant.note() for instant in instants.values()) if note]
    notes.extend(conflict.sentence for conflict in found)
    with transaction.atomic():
        for row in targets:
            set_due(row, instants[row.account_id])
        audit.record(actor, "post.schedule", ("post", post.pk), {"accounts": len(targets)})
        notes.extend(ask_for_approval(actor, post.pk, targets))
    return selectors.post(actor, post_id), list(dict.fromkeys(notes))


def ask_for_approval(actor: Actor, post_id: UUID, rows: Sequence[PostTarget]) -> list[str]:
    """Ask for the approval that planned shares wait for, in the caller's transaction; what a person should read."""
    if not any(row.state == TargetState.NEEDS_APPROVAL for row in rows):
        return []
    approvals.ensure(actor=actor, post_id=post_id)
    return [AWAITS_APPROVAL]


def time_read(row: PostTarget) -> str:
    """The time that a person saw before changing it, as a page carries it; empty for none."""
    return row.due_at.isoformat() if row.due_at else ""


def reschedule_target(
    *, actor: Actor, post_id: UUID, target_id: UUID, when: When, accept_conflicts: bool = True, seen: str | None = None
) -> tuple[PostTarget, list[str]]:
    """Move one account's share to another time. Conflicts as in `schedule_post`.

    `seen` is the time that the person saw (`time_read`): one that was changed meanwhile is refused (`stale_version`).
    """
    policy.require(actor, Action.PUBLISH)
    row = selectors.target(actor, post_id, target_id)
    if row.state not in EDITABLE:
        raise Conflict(
            PublishingError.ALREADY_GOING_OUT, "This is already going out, so its time cannot be changed any more."
        )
    _refuse_moved(row, seen)
    instant = when.resolve(timezone_of(actor))
    refuse_outside(instant)
    found = conflicts.of(selectors.post(actor, post_id), {row.account_id: instant.at})
    refuse_unaccepted(found, accept_conflicts)
    notes = [note for note in (instant.note(), *(conflict.sentence for conflict in found)) if note]
    with transaction.atomic():
        set_due(row, instant, only_if=None if seen is None else Q(due_at=row.due_at))
        notes.extend(ask_for_approval(actor, post_id, [row]))
        audit.record(actor, "target.reschedule", ("post_target", row.pk), {"due_at": instant.at.isoformat()})
    return row, notes


def unschedule(*, actor: Actor, post_id: UUID) -> Post:
    """Make what is scheduled a draft again."""
    policy.require(actor, Action.PUBLISH)
    post = selectors.post(actor, post_id)
    with transaction.atomic():
        for row in post.targets.all():
            if row.state in PLANNED:
                move(row, TargetState.DRAFT, **NO_TIME)
        audit.record(actor, "post.unschedule", ("post", post.pk))
    return selectors.post(actor, post_id)


def refuse_outside(instant: Instant) -> None:
    """A post goes out between now and two years from now."""
    shown = f"{instant.wall:%d %B %Y, %H:%M} ({instant.zone})"
    if instant.at < clock.now() - GRACE:
        sentence = f"{shown} has passed. Choose a later time, or publish now."
        raise ValidationFailed(PublishingError.DUE_IN_PAST, sentence, fields={"scheduled_at": [sentence]})
    if instant.at > clock.now() + HORIZON:
        sentence = f"{shown} is more than two years ahead. Choose an earlier time."
        raise ValidationFailed(PublishingError.DUE_TOO_FAR, sentence, fields={"scheduled_at": [sentence]})


def refuse_unaccepted(found: Sequence[ScheduleConflict], accepted: bool) -> None:
    if found and not accepted:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        sentence = f"{found[0].sentence}{more} Schedule it all the same, or choose another time."
        raise Conflict(PublishingError.SCHEDULE_CONFLICT, sentence, {"conflicts": [item.as_json() for item in found]})


def _refuse_moved(row: PostTarget, seen: str | None) -> None:
    if seen is not None and seen != time_read(row):
        sentence = "Somebody else changed this time in the meantime. Look at the current one before you set yours."
        raise Conflict(PublishingError.STALE_VERSION, sentence, {"due_at": time_read(row)})


def set_due(row: PostTarget, instant: Instant, only_if: Q | None = None) -> None:
    """Plan one share. Where approval is required and missing it waits for that, told by `ask_for_approval`.

    Nothing holds it any more, should it have been in a paused queue.
    """
    wall = f"{instant.wall:%Y-%m-%dT%H:%M}"
    held = approval.holds(row)
    code, sentence = ("", "") if held else blocked.standing(row.account)
    moved = move(
        row,
        TargetState.NEEDS_APPROVAL if held else TargetState.SCHEDULED,
        only_if=only_if,
        due_at=instant.at,
        zone=instant.zone,
        wall_time=wall,
        held=False,
        error_code=code,
        error_sentence=sentence,
    )
    if not moved:
        present = PostTarget.objects.filter(pk=row.pk, state__in=sorted(EDITABLE)).first()
        if present is not None:
            _refuse_moved(present, time_read(row))
        raise Conflict(PublishingError.ALREADY_GOING_OUT, "This post has just started to go out.")
