"""Moving posts in time: an entry of the calendar (a post at one instant, to all its accounts there), or by days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts import audit, policy
from accounts.policy import Action
from accounts.selectors import timezone_of
from core.actor import Actor
from core.errors import Conflict, NotFound
from publishing import selectors
from publishing.errors import PublishingError
from publishing.models import Post, PostTarget
from publishing.schedule import conflicts, walltime
from publishing.schedule.walltime import Instant
from publishing.services import schedule, undo_keys
from publishing.services.schedule import When
from publishing.services.undo_keys import FormerPost, FormerShare
from publishing.states import EDITABLE, PLANNED, TargetState
from publishing.transitions import move

MOVE = "move"


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move did: the first new instant, what a person should read, and what the post was before."""

    at: datetime
    targets: Sequence[PostTarget]
    notes: Sequence[str]
    former: FormerPost

    @property
    def undo(self) -> str:
        """The key that takes it back."""
        return undo_keys.make(MOVE, [self.former])


def move_entry(
    *, actor: Actor, post_id: UUID, seen: datetime, to: date, at: time | None, zone: str, accept_conflicts: bool = True
) -> Moved:
    """Give everything of a post that goes out at `seen` another time: the day `to`, at a wall time of `zone`.

    Without `at` the clock time that `zone` shows today is kept. Each account keeps the zone in which its time was
    written. All or nothing: what was moved meanwhile is `stale_version`, what has begun `already_going_out`.
    """
    policy.require(actor, Action.PUBLISH)
    post = selectors.post(actor, post_id)
    rows = _rows_at(post, seen)
    clock_time = at or walltime.to_wall(seen, zone).time()
    instant = walltime.to_instant(datetime.combine(to, clock_time), zone)
    times = {row.pk: When(at=instant.at, zone=row.zone or zone).resolve(zone) for row in rows}
    return _set_times(actor, post, rows, times, instant.note(), accept_conflicts)


def move_by_days(*, actor: Actor, post_id: UUID, days: int, accept_conflicts: bool = True) -> Moved:
    """Move everything of a post that is still planned by some days; each account keeps its clock time in its zone.

    Of an account's entry all or nothing, as in `move_entry`. Raises `wrong_state` when nothing is planned.
    """
    policy.require(actor, Action.PUBLISH)
    post = selectors.post(actor, post_id)
    planned = sorted({row.due_at for row in post.targets.all() if row.state in PLANNED and row.due_at})
    if not planned:
        raise Conflict(PublishingError.WRONG_STATE, "This post has no time to move: nothing of it is scheduled.")
    rows = [row for seen in planned for row in _rows_at(post, seen)]
    own = timezone_of(actor)
    times = {row.pk: _days_later(row, days, own) for row in rows}
    notes = dict.fromkeys(instant.note() for instant in times.values())
    return _set_times(actor, post, rows, times, " ".join(filter(None, notes)), accept_conflicts)


def schedule_draft(
    *, actor: Actor, post_id: UUID, to: date, at: time, zone: str, accept_conflicts: bool = True
) -> Moved:
    """Plan a draft from the calendar; taken back, it is a draft again."""
    when = When(wall=datetime.combine(to, at), zone=zone)
    instant = when.resolve(zone)
    post, notes = schedule.schedule_post(actor=actor, post_id=post_id, when=when, accept_conflicts=accept_conflicts)
    rows = [row for row in post.targets.all() if row.state in PLANNED]
    former = FormerPost(post.pk, [FormerShare(row.pk, None, "", row.due_at) for row in rows])
    return Moved(instant.at, rows, notes, former)


def undo(*, actor: Actor, key: str) -> Post:
    """Take a move back: every account to its own time as it was, unless somebody has changed it since."""
    policy.require(actor, Action.PUBLISH)
    _, posts = undo_keys.read(key, {MOVE})
    with transaction.atomic():
        for former in posts:
            put_back(actor=actor, former=former)
    return selectors.post(actor, posts[0].post_id)


def put_back(*, actor: Actor, former: FormerPost) -> Post:
    """Give every account of one post the time that it had, or none; all of them or, after another change, nothing."""
    policy.require(actor, Action.PUBLISH)
    post = selectors.post(actor, former.post_id)
    rows = {row.pk: row for row in post.targets.all()}
    with transaction.atomic():
        for share in former.shares:
            if share.target_id not in rows:
                raise NotFound
            _put_back(rows[share.target_id], share)
        schedule.ask_for_approval(actor, post.pk, list(rows.values()))
        audit.record(actor, "post.move_undo", ("post", post.pk), {"accounts": len(former.shares)})
    return post


def _put_back(row: PostTarget, share: FormerShare) -> None:
    there = Q(due_at__isnull=True) if share.after is None else Q(due_at=share.after)
    if row.state not in EDITABLE:
        raise _going_out()
    if row.due_at != share.after:
        raise _changed_since()
    if share.before is not None:
        instant = When(at=share.before, zone=share.zone).resolve(share.zone or "UTC")
        schedule.refuse_outside(instant)
        schedule.set_due(row, instant, only_if=there)
    elif not move(row, TargetState.DRAFT, only_if=there, **schedule.NO_TIME):
        raise _changed_since()


def _changed_since() -> Conflict:
    return Conflict(PublishingError.STALE_VERSION, "This was changed since, so it is left as it is now.")


def _going_out() -> Conflict:
    sentence = "This is already going out, so its time cannot be changed any more."
    return Conflict(PublishingError.ALREADY_GOING_OUT, sentence)


def _days_later(row: PostTarget, days: int, own_zone: str) -> Instant:
    if row.due_at is None:
        raise ValueError("Only what has a time can be moved by days.")
    zone = row.zone or own_zone
    return walltime.to_instant(walltime.to_wall(row.due_at, zone) + timedelta(days=days), zone)


def _set_times(
    actor: Actor,
    post: Post,
    rows: Sequence[PostTarget],
    times: Mapping[UUID, Instant],
    note: str,
    accept_conflicts: bool,
) -> Moved:
    """Give these shares their times, unless one was moved meanwhile."""
    for row in rows:
        schedule.refuse_outside(times[row.pk])
    found = conflicts.of(post, {row.account_id: times[row.pk].at for row in rows})
    schedule.refuse_unaccepted(found, accept_conflicts)
    former = FormerPost(post.pk, [FormerShare(row.pk, row.due_at, row.zone, times[row.pk].at) for row in rows])
    seen = min(row.due_at for row in rows if row.due_at)
    at = min(instant.at for instant in times.values())
    with transaction.atomic():
        for row in rows:
            schedule.set_due(row, times[row.pk], only_if=Q(due_at=row.due_at))
        awaits = schedule.ask_for_approval(actor, post.pk, rows)
        audit.record(actor, "post.move", ("post", post.pk), {"from": seen.isoformat(), "to": at.isoformat()})
    notes = [words for words in (note, *(item.sentence for item in found), *awaits) if words]
    return Moved(at, rows, list(dict.fromkeys(notes)), former)


def _rows_at(post: Post, seen: datetime) -> list[PostTarget]:
    at_that_time = [row for row in post.targets.all() if row.due_at == seen]
    rows = [row for row in at_that_time if row.state in EDITABLE]
    if rows and len(rows) == len(at_that_time):
        return rows
    if at_that_time:
        raise _going_out()
    times = sorted({row.due_at.isoformat() for row in post.targets.all() if row.due_at is not None})
    sentence = "Somebody else gave this post another time meanwhile. Look at the present one before you move it."
    raise Conflict(PublishingError.STALE_VERSION, sentence, {"due_at": times})
