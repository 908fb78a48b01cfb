"""Reads of queues: each account's week, what waits in it, which times are free, days without posts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts import policy
from accounts.policy import Action
from core import clock
from core.actor import Actor
from publishing import selectors
from publishing.models import BlackoutDay, PostTarget, Queue, QueuePlace, SocialAccount
from publishing.schedule import queues, slots
from publishing.schedule.slots import Slot
from publishing.states import IN_FLIGHT, TargetState


@dataclass(frozen=True, slots=True)
class AccountQueue:
    """An account with its queue (None before the first times), how many posts wait in it, and the next free time."""

    account: SocialAccount
    queue: Queue | None
    waiting: int = 0
    next: Slot | None = None

    @property
    def paused_at(self) -> datetime | None:
        return self.queue.paused_at if self.queue else None

    @property
    def is_empty(self) -> bool:
        """Whether no time was chosen for it yet."""
        return self.queue is None or self.queue.is_empty


@dataclass(frozen=True, slots=True)
class SlotUse:
    """A time of a queue, and the share of a post that goes out in its minute; None while it is free."""

    slot: Slot
    target: PostTarget | None


def account_queues(actor: Actor, days: Collection[BlackoutDay] | None = None) -> list[AccountQueue]:
    """Every account that can post, and every other one with something waiting, in four queries.

    `days`: the workspace's days without posts, where they are known already.
    """
    policy.require(actor, Action.READ)
    accounts = list(selectors.accounts(actor).select_related("grant", "picture", "queue"))
    known = {account.pk: queue for account in accounts if (queue := _of(account)) is not None}
    rows = list(known.values())
    counted = queues.places([queue.pk for queue in rows]).order_by().values("queue_id").annotate(n=Count("pk"))
    waiting = {row["queue_id"]: row["n"] for row in counted} if rows else {}
    free = _next_free(actor, rows, days)
    found = []
    for account in accounts:
        queue = known.get(account.pk)
        count = waiting.get(queue.pk, 0) if queue else 0
        if account.grant_id is not None or count:
            found.append(AccountQueue(account, queue, count, free.get(account.pk)))
    return found


def account_queue(actor: Actor, account_id: UUID, days: Collection[BlackoutDay] | None = None) -> AccountQueue:
    """One account's queue, in four queries (`days` as in `account_queues`); `NotFound` for a stranger's account."""
    policy.require(actor, Action.READ)
    account = selectors.accounts(actor).select_related("grant", "picture", "queue").filter(pk=account_id).first()
    if account is None:
        return AccountQueue(selectors.account(actor, account_id), None)
    queue = _of(account)
    if queue is None:
        return AccountQueue(account, None)
    free = _next_free(actor, [queue], days)
    return AccountQueue(account, queue, queues.places([queue.pk]).count(), free.get(account_id))


def _of(account: SocialAccount) -> Queue | None:
    """The account's queue, read with it."""
    return getattr(account, "queue", None)


def _next_free(actor: Actor, rows: list[Queue], days: Collection[BlackoutDay] | None) -> dict[UUID, Slot]:
    if not rows:
        return {}
    known = queues.blackout_days(actor.workspace_id) if days is None else days
    return queues.next_free(rows, queues.by_account(known, [queue.account_id for queue in rows]))


def waiting(actor: Actor, account_id: UUID, only: Collection[UUID] | None = None) -> QuerySet[QueuePlace]:
    """What waits in an account's queue, soonest first, each with its share and post; `only` these shares."""
    policy.require(actor, Action.READ)
    own = Queue.objects.for_workspace(actor.workspace_id).filter(account_id=account_id).values("pk")
    rows = queues.places(own).select_related("target__post", "target__account")
    return rows if only is None else rows.filter(target__in=only)


def order(actor: Actor, account_id: UUID) -> list[UUID]:
    """The shares that wait in an account's queue, soonest first."""
    return list(waiting(actor, account_id).values_list("target_id", flat=True))


def next_slots(actor: Actor) -> list[AccountQueue]:
    """The accounts that can post and have times, each with its next free one, soonest first, in three queries."""
    policy.require(actor, Action.READ)
    rows = list(
        Queue.objects.for_workspace(actor.workspace_id).filter(account__grant__isnull=False).select_related("account")
    )
    free = _next_free(actor, rows, None)
    pairs = [(free[row.account_id], row) for row in rows if row.account_id in free]
    return [AccountQueue(row.account, row, 0, slot) for slot, row in sorted(pairs, key=lambda pair: pair[0].at)]


def slot_uses(actor: Actor, account_id: UUID, start: datetime, end: datetime) -> list[SlotUse]:
    """The times of an account's queue in (start, end], each with the post that goes out in its minute."""
    found = account_queue(actor, account_id)
    if found.queue is None:
        return []
    days = queues.blackouts([found.queue], since=start.date() - timedelta(days=2))[account_id]
    rows = PostTarget.objects.for_workspace(actor.workspace_id).filter(
        account_id=account_id, state__in=sorted({TargetState.SCHEDULED, TargetState.PUBLISHED, *IN_FLIGHT}),
        due_at__gte=start, due_at__lt=end + slots.MINUTE, post__deleted_at__isnull=True,
    )  # fmt: skip
    by_minute = {queues.minute_of(row.due_at): row for row in rows.select_related("post") if row.due_at is not None}
    week = slots.upcoming(found.queue.week, found.queue.zone, start, end, days)
    return [SlotUse(slot, by_minute.get(queues.minute_of(slot.at))) for slot in week]


def free_slots(
    actor: Actor, start: datetime, end: datetime, account_ids: Collection[UUID] = ()
) -> list[tuple[Slot, Queue]]:
    """The free times of all queues (or of these accounts) from now on in [start, end), soonest first."""
    policy.require(actor, Action.READ)
    rows = Queue.objects.for_workspace(actor.workspace_id).filter(account__grant__isnull=False)
    if account_ids:
        rows = rows.filter(account_id__in=account_ids)
    known = list(rows.select_related("account"))
    begin = max(start - slots.MINUTE, clock.now())
    if not known or begin >= end:
        return []
    busy, days = queues.taken([queue.account_id for queue in known], begin), queues.blackouts(known)
    found = [
        (slot, queue)
        for queue in known
        for slot in queues.free(queue, busy[queue.account_id], days[queue.account_id], after=begin, until=end)
        if start <= slot.at < end
    ]
    return sorted(found, key=lambda pair: (pair[0].at, pair[1].account_id))


def blackout_days(actor: Actor, account_id: UUID | None = None) -> QuerySet[BlackoutDay]:
    """Days without posts that are still to come, soonest first: all, or those that concern one account."""
    policy.require(actor, Action.READ)
    rows = queues.blackout_days(actor.workspace_id, clock.now().date() - timedelta(days=1))
    if account_id is not None:
        rows = rows.filter(Q(account__isnull=True) | Q(account_id=account_id))
    return rows.select_related("account")
