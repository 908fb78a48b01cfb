"""Which times of a queue are free: those of its week that no post of the account holds."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from core import clock
from core.errors import Conflict
from core.formatting import counted
from publishing.errors import PublishingError
from publishing.models import BlackoutDay, PostTarget, Queue, QueuePlace
from publishing.schedule import slots
from publishing.schedule.slots import Slot, Week
from publishing.states import IN_FLIGHT, PLANNED, TargetState

# Farther ahead nobody plans by a weekly grid.
AHEAD = timedelta(days=365)


def places(queues: Any) -> QuerySet[QueuePlace]:
    """The places of these queues (ids or a subquery) that hold, soonest first: scheduled for exactly that time."""
    rows = QueuePlace.objects.filter(
        queue_id__in=queues, target__state=TargetState.SCHEDULED, target__due_at=F("at"),
        target__post__deleted_at__isnull=True,
    )  # fmt: skip
    return rows.order_by("at", "id")


def planned(queue_ids: Collection[UUID]) -> QuerySet[PostTarget]:
    """The shares that hold a time of these queues, also those that wait for approval.

    These keep their time, but only what is scheduled (`places`) changes places.
    """
    return PostTarget.objects.filter(
        queue_place__queue_id__in=queue_ids, state__in=sorted(PLANNED), due_at=F("queue_place__at"),
        post__deleted_at__isnull=True,
    )  # fmt: skip


def blackout_days(workspace_id: UUID, since: date | None = None) -> QuerySet[BlackoutDay]:
    """A workspace's days without posts from `since` on (the day before yesterday: somewhere it is still yesterday)."""
    begin = since or clock.now().date() - timedelta(days=2)
    return BlackoutDay.objects.for_workspace(workspace_id).filter(day__gte=begin).order_by("day", "id")


def by_account(rows: Iterable[BlackoutDay], account_ids: Iterable[UUID]) -> dict[UUID, set[date]]:
    """These days by account: the account's own and the workspace's."""
    found: dict[UUID, set[date]] = {key: set() for key in account_ids}
    for row in rows:
        for key in found if row.account_id is None else [row.account_id]:
            if key in found:
                found[key].add(row.day)
    return found


def blackouts(queues: Sequence[Queue], *, since: date | None = None) -> dict[UUID, set[date]]:
    """The days on which these queues, all of one workspace, give out no time, by account."""
    if not queues:
        return {}
    return by_account(blackout_days(queues[0].workspace_id, since), [queue.account_id for queue in queues])


def taken(
    account_ids: Collection[UUID], after: datetime, *, without: Collection[UUID] = ()
) -> dict[UUID, set[datetime]]:
    """The minutes from `after` on in which a post of these accounts goes out; `without`: shares that do not count."""
    found: dict[UUID, set[datetime]] = {key: set() for key in account_ids}
    rows = PostTarget.objects.filter(
        account_id__in=found, state__in=sorted({*PLANNED, *IN_FLIGHT}), due_at__gte=minute_of(after),
        post__deleted_at__isnull=True,
    )  # fmt: skip
    for target_id, account_id, due_at in rows.values_list("pk", "account_id", "due_at"):
        if due_at is not None and target_id not in without:
            found[account_id].add(minute_of(due_at))
    return found


def free(
    queue: Queue,
    busy: Collection[datetime],
    without: Collection[date],
    *,
    after: datetime | None = None,
    until: datetime | None = None,
    week: Week | None = None,
    zone: str = "",
) -> Iterator[Slot]:
    """The free slots of a queue after an instant (now), soonest first; of another week or zone if they are given."""
    begin = after or clock.now()
    end = until or begin + AHEAD
    for slot in slots.upcoming(queue.week if week is None else week, zone or queue.zone, begin, end, without):
        if minute_of(slot.at) not in busy:
            yield slot


def next_free(queues: Sequence[Queue], days: Mapping[UUID, Collection[date]]) -> dict[UUID, Slot]:
    """The next free slot of each queue, by account, in one query; a queue without one within a year is left out."""
    begin = clock.now()
    busy = taken([queue.account_id for queue in queues], begin)
    found: Mapping[UUID, Slot | None] = {
        queue.account_id: next(free(queue, busy[queue.account_id], days[queue.account_id], after=begin), None)
        for queue in queues
    }
    return {account_id: slot for account_id, slot in found.items() if slot is not None}


def first_free(
    queue: Queue, count: int, *, without: Collection[UUID] = (), week: Week | None = None, zone: str = ""
) -> list[Slot]:
    """So many free slots from now on. `without`: shares whose own times count as free. `queue_full` when too few."""
    busy = taken([queue.account_id], clock.now(), without=without)[queue.account_id]
    days = blackouts([queue])[queue.account_id]
    found = list(islice(free(queue, busy, days, week=week, zone=zone), count))
    if len(found) < count:
        sentence = (
            f"These times leave room for {counted(len(found), 'post')} within a year, and {count} are to get one. "
            "Add times to the week first."
        )
        raise Conflict(PublishingError.QUEUE_FULL, sentence)
    return found


def minute_of(at: datetime) -> datetime:
    """The whole minute of an instant."""
    return at.replace(second=0, microsecond=0)
