"""Queues themselves: their weekly times, pausing and resuming, and days without posts."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import audit, policy
from accounts.policy import Action
from accounts.selectors import timezone_of
from core import clock
from core.actor import Actor
from core.errors import Conflict, NotFound, ValidationFailed
from publishing import selectors
from publishing.errors import PublishingError
from publishing.models import BlackoutDay, PostTarget, Queue
from publishing.schedule import queues, walltime
from publishing.schedule.slots import Slot
from publishing.services.queue_places import assign, lock, lock_one, waiting
from publishing.services.queued_posts import stale

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_A_DAY = 24
# Somewhere it is still yesterday.
_ANYWHERE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Shift:
    """What a changed week does to one waiting post: from its present time to another one (the same: it stays)."""

    target: PostTarget
    before: datetime
    slot: Slot

    @property
    def moves(self) -> bool:
        return self.before != self.slot.at


@dataclass(frozen=True, slots=True)
class Rearrangement:
    """Every waiting post with its new time, in their order. `seen` is the state that it was worked out from."""

    shifts: Sequence[Shift]
    seen: str

    @property
    def moving(self) -> int:
        """How many get another time."""
        return sum(shift.moves for shift in self.shifts)


def set_week(
    *,
    actor: Actor,
    account_id: UUID,
    week: Sequence[Sequence[str]],
    zone: str = "",
    version: int | None = None,
    move: bool = False,
    seen: str | None = None,
) -> tuple[Queue, int]:
    """Give an account its weekly times (seven lists of `HH:MM`, Monday first) in a zone; how many posts moved.

    Without `zone` the queue keeps its own, a new one takes the person's. With `move` everything that waits gets the
    first free new times in its order, else it keeps its times. `version` and `seen` are what the person saw.
    """
    policy.require(actor, Action.PUBLISH)
    account = selectors.account(actor, account_id)
    times = week_of(week)
    with transaction.atomic():
        queue = lock(actor, [account_id]).get(account_id)
        if queue is None:
            queue = _first(actor, account_id, walltime.canonical(zone or timezone_of(actor)))
        elif version is not None and version != queue.version:
            raise stale()
        queue.week, queue.version = times, queue.version + 1
        queue.zone = walltime.canonical(zone) if zone else queue.zone
        queue.save(update_fields=["week", "zone", "version", "updated_at"])
        moved = _rearrange(actor, queue, seen) if move else 0
        audit.record(actor, "queue.set_week", ("queue", queue.pk), {"account": account.handle, "moved": moved})
    return queue, moved


def _first(actor: Actor, account_id: UUID, zone: str) -> Queue:
    """The queue of an account that has none; somebody who makes it at the same moment is told to look again."""
    try:
        with transaction.atomic():
            return Queue.objects.create(workspace_id=actor.workspace_id, account_id=account_id, zone=zone, version=0)
    except IntegrityError:
        raise stale() from None


def preview(
    *, actor: Actor, account_id: UUID, week: Sequence[Sequence[str]] | None = None, zone: str = ""
) -> Rearrangement:
    """What moving everything that waits to the first free times would do; of another week if one is given."""
    policy.require(actor, Action.PUBLISH)
    selectors.account(actor, account_id)
    queue = Queue.objects.for_workspace(actor.workspace_id).filter(account_id=account_id).first()
    if queue is None:
        return Rearrangement([], "")
    places = queues.places([queue.pk]).select_related("target__post")
    rows = [place.target for place in places]
    times = None if week is None else week_of(week)
    return _worked_out(queue, rows, times, walltime.canonical(zone) if zone else "")


def rearrange(*, actor: Actor, account_id: UUID, seen: str | None = None) -> int:
    """Move everything that waits to the first free times of its queue, in its order; how many moved.

    `seen` is that of the preview which the person read: what changed since is `stale_version`.
    """
    policy.require(actor, Action.PUBLISH)
    with transaction.atomic():
        return _rearrange(actor, lock_one(actor, account_id), seen)


def _rearrange(actor: Actor, queue: Queue, seen: str | None) -> int:
    found = _worked_out(queue, waiting(queue))
    if seen is not None and seen != found.seen:
        raise stale()
    return len(assign(actor, queue, [(shift.target, shift.slot) for shift in found.shifts]))


def _worked_out(
    queue: Queue, rows: Sequence[PostTarget], week: Sequence[Sequence[str]] | None = None, zone: str = ""
) -> Rearrangement:
    free = queues.first_free(queue, len(rows), without=[row.pk for row in rows], week=week, zone=zone) if rows else []
    shifts = [Shift(row, row.due_at, slot) for row, slot in zip(rows, free, strict=True) if row.due_at is not None]
    # The times may be later ones when it is done than when it was shown, but not of other posts.
    state = "\n".join(f"{row.pk} {row.due_at}" for row in rows)
    return Rearrangement(shifts, hashlib.sha256(state.encode()).hexdigest()[:32])


def pause(*, actor: Actor, account_id: UUID) -> int:
    """Let nothing of a queue start until it is resumed; how many posts wait. What is on its way goes on."""
    policy.require(actor, Action.PUBLISH)
    with transaction.atomic():
        queue = lock_one(actor, account_id)
        rows = waiting(queue)
        if queue.paused_at is None:
            queue.paused_at = clock.now()
            queue.save(update_fields=["paused_at", "updated_at"])
            audit.record(actor, "queue.pause", ("queue", queue.pk), {"waiting": len(rows)})
        queues.planned([queue.pk]).update(held=True, updated_at=clock.now())
    return len(rows)


def resume(*, actor: Actor, account_id: UUID, in_order: bool = False) -> int:
    """Let a paused queue go on; how many posts got another time.

    What became due meanwhile never goes out all at once: it gets the next free times, and the rest keeps its own. With
    `in_order` everything moves to the first free times, so that the order stays as it was.
    """
    policy.require(actor, Action.PUBLISH)
    with transaction.atomic():
        queue = lock_one(actor, account_id)
        if queue.paused_at is None:
            raise Conflict(PublishingError.WRONG_STATE, "This queue is not paused.")
        queue.paused_at = None
        queue.save(update_fields=["paused_at", "updated_at"])
        rows, now = waiting(queue), clock.now()
        overdue = [row for row in rows if row.due_at is not None and row.due_at <= now]
        chosen = rows if in_order else overdue
        free = queues.first_free(queue, len(chosen), without=[row.pk for row in chosen]) if chosen else []
        moved = assign(actor, queue, list(zip(chosen, free, strict=True)))
        queues.planned([queue.pk]).update(held=False, updated_at=now)
        audit.record(actor, "queue.resume", ("queue", queue.pk), {"moved": len(moved)})
    return len(moved)


def black_out(*, actor: Actor, day: date, account_id: UUID | None = None, note: str = "") -> tuple[BlackoutDay, int]:
    """Let no queue of the workspace (or of one account) give out times on a day; how many posts wait on it already.

    These keep their times until they are rearranged.
    """
    policy.require(actor, Action.PUBLISH)
    if account_id is not None:
        selectors.account(actor, account_id)
    if day < clock.now().date() - _ANYWHERE:
        sentence = f"{day:%d %B %Y} has passed."
        raise ValidationFailed(PublishingError.BLACKOUT_PAST, sentence, fields={"day": [sentence]})
    try:
        with transaction.atomic():
            row = BlackoutDay.objects.create(
                workspace_id=actor.workspace_id, account_id=account_id, day=day, note=note.strip()
            )
            audit.record(actor, "queue.black_out", ("blackout_day", row.pk), {"day": day.isoformat()})
    except IntegrityError:
        sentence = f"{day:%d %B %Y} is without posts already."
        raise ValidationFailed(PublishingError.BLACKOUT_TWICE, sentence, fields={"day": [sentence]}) from None
    return row, standing_on(actor, day, account_id)


def standing_on(actor: Actor, day: date, account_id: UUID | None = None) -> int:
    """How many posts wait in queues on a day, each counted by its queue's zone."""
    rows = Queue.objects.for_workspace(actor.workspace_id)
    found = {queue.pk: queue for queue in (rows.filter(account_id=account_id) if account_id else rows)}
    places = queues.places(list(found)).values_list("queue_id", "at")
    return sum(walltime.to_wall(at, found[queue_id].zone).date() == day for queue_id, at in places)


def lift(*, actor: Actor, blackout_id: UUID) -> None:
    """Let queues give out times on a day again."""
    policy.require(actor, Action.PUBLISH)
    row = BlackoutDay.objects.for_workspace(actor.workspace_id).filter(pk=blackout_id).first()
    if row is None:
        raise NotFound
    with transaction.atomic():
        row.delete()
        audit.record(actor, "queue.lift_blackout", ("blackout_day", blackout_id), {"day": row.day.isoformat()})


def week_of(week: Sequence[Sequence[str]]) -> list[list[str]]:
    """Seven lists of times as they are kept: sorted, each once. Raises `queue_times_invalid`."""
    if len(week) != len(DAYS):
        raise _odd("week", "A week has seven days, from Monday on.")
    return [_day_of(name, given) for name, given in zip(DAYS, week, strict=True)]


def _day_of(name: str, given: Sequence[str]) -> list[str]:
    found = {_time_of(name, text) for text in given}
    if len(found) > MOST_A_DAY:
        raise _odd(name, f"A day has at most {MOST_A_DAY} times.")
    return sorted(found)


def _time_of(name: str, text: str) -> str:
    try:
        return datetime.strptime(text.strip(), "%H:%M").strftime("%H:%M")  # noqa: DTZ007 - a time of day only
    except ValueError:
        raise _odd(name, f"“{text.strip()[:20]}” is not a time like 18:00.") from None


def _odd(name: str, sentence: str) -> ValidationFailed:
    return ValidationFailed(PublishingError.QUEUE_TIMES, sentence, fields={name: [sentence]})
