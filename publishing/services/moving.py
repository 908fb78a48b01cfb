"""Moving one entry of a calendar (a post at one instant, to all its accounts there) to another time, and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.db.models import Q

from accounts import audit, policy
from accounts.policy import Action
from core.actor import Actor
from core.errors import Conflict, NotFound, ValidationFailed
from publishing import selectors
from publishing.errors import PublishingError
from publishing.models import Post, PostTarget
from publishing.schedule import conflicts, walltime
from publishing.schedule.walltime import Instant
from publishing.services import schedule
from publishing.services.schedule import When
from publishing.states import EDITABLE, TargetState
from publishing.transitions import move

_SALT = "publishing.move"
# Longer than the message that offers it stays.
UNDO_WITHIN_S = 10 * 60


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move did: the entry's new instant, what a person should read, and the key that takes it back."""

    at: datetime
    targets: Sequence[PostTarget]
    notes: Sequence[str]
    undo: str


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
    schedule.refuse_outside(instant)
    found = conflicts.of(post, {row.account_id: instant.at for row in rows})
    schedule.refuse_unaccepted(found, accept_conflicts)
    before = [_written(row) for row in rows]
    with transaction.atomic():
        for row in rows:
            own = When(at=instant.at, zone=row.zone or zone).resolve(zone)
            schedule.set_due(row, own, only_if=Q(due_at=seen))
        audit.record(actor, "post.move", ("post", post.pk), {"from": seen.isoformat(), "to": instant.at.isoformat()})
    notes = [note for note in (instant.note(), *(conflict.sentence for conflict in found)) if note]
    return Moved(instant.at, rows, list(dict.fromkeys(notes)), _key(post, instant, before))


def schedule_draft(
    *, actor: Actor, post_id: UUID, to: date, at: time, zone: str, accept_conflicts: bool = True
) -> Moved:
    """Plan a draft from the calendar; taken back, it is a draft again."""
    when = When(wall=datetime.combine(to, at), zone=zone)
    instant = when.resolve(zone)
    post, notes = schedule.schedule_post(actor=actor, post_id=post_id, when=when, accept_conflicts=accept_conflicts)
    rows = [row for row in post.targets.all() if row.state == TargetState.SCHEDULED]
    return Moved(instant.at, rows, notes, _key(post, instant, [(str(row.pk), "", "") for row in rows]))


def undo(*, actor: Actor, key: str) -> Post:
    """Take a move back: every account to its own time as it was, unless somebody has changed it since."""
    policy.require(actor, Action.PUBLISH)
    try:
        told = signing.loads(key, salt=_SALT, max_age=UNDO_WITHIN_S)
    except signing.BadSignature:
        raise ValidationFailed("undo_expired", "This can no longer be undone. Move the post yourself.") from None
    post = selectors.post(actor, UUID(told["post"]))
    rows = {str(row.pk): row for row in post.targets.all()}
    with transaction.atomic():
        for target_id, due_at, zone in told["before"]:
            if target_id not in rows:
                raise NotFound
            _put_back(rows[target_id], due_at, zone, Q(due_at=datetime.fromisoformat(told["at"])))
        audit.record(actor, "post.move_undo", ("post", post.pk), {"from": told["at"]})
    return selectors.post(actor, post.pk)


def _put_back(row: PostTarget, due_at: str, zone: str, there: Q) -> None:
    if due_at:
        instant = When(at=datetime.fromisoformat(due_at), zone=zone).resolve(zone)
        schedule.refuse_outside(instant)
        schedule.set_due(row, instant, only_if=there)
    elif not move(row, TargetState.DRAFT, only_if=there, **schedule.NO_TIME):
        raise Conflict(PublishingError.STALE_VERSION, "This was changed since, so it is left as it is now.")


def _rows_at(post: Post, seen: datetime) -> list[PostTarget]:
    at_that_time = [row for row in post.targets.all() if row.due_at == seen]
    rows = [row for row in at_that_time if row.state in EDITABLE]
    if rows and len(rows) == len(at_that_time):
        return rows
    if at_that_time:
        raise Conflict(
            PublishingError.ALREADY_GOING_OUT, "This is already going out, so its time cannot be changed any more."
        )
    times = sorted({row.due_at.isoformat() for row in post.targets.all() if row.due_at is not None})
    sentence = "Somebody else gave this post another time meanwhile. Look at the present one before you move it."
    raise Conflict(PublishingError.STALE_VERSION, sentence, {"due_at": times})


def _written(row: PostTarget) -> tuple[str, str, str]:
    return str(row.pk), schedule.time_read(row), row.zone


def _key(post: Post, instant: Instant, before: Sequence[tuple[str, str, str]]) -> str:
    told = {"post": str(post.pk), "at": instant.at.isoformat(), "before": before}
    return signing.dumps(told, salt=_SALT, compress=True)
