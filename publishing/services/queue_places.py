"""Giving times of a queue to what waits in it, under the queue's lock."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import F, Q

from accounts import audit
from core.actor import Actor
from core.errors import Conflict
from publishing import selectors
from publishing.errors import PublishingError
from publishing.models import PostTarget, Queue, QueuePlace
from publishing.schedule import blocked, queues
from publishing.schedule.slots import Slot
from publishing.states import TargetState
from publishing.transitions import NO_ERROR, lock_posts, move_many, publish_schedule

Pair = tuple[PostTarget, Slot]


def lock(actor: Actor, account_ids: Collection[UUID]) -> dict[UUID, Queue]:
    """The queues of these accounts, each for this transaction alone, by account; always in the order of their keys."""
    rows = Queue.objects.for_workspace(actor.workspace_id).filter(account_id__in=account_ids)
    return {queue.account_id: queue for queue in rows.select_for_update(of=("self",)).order_by("pk")}


def lock_one(actor: Actor, account_id: UUID) -> Queue:
    """The queue of one account; `NotFound` for a stranger's account, `queue_empty` for one that never had times."""
    account = selectors.account(actor, account_id)
    found = lock(actor, [account_id]).get(account_id)
    if found is None:
        raise Conflict(
            PublishingError.QUEUE_EMPTY, f"{account.handle} has no queue times yet. Choose times of the week first."
        )
    return found


def waiting(queue: Queue) -> list[PostTarget]:
    """What waits in a locked queue, soonest first, locked too: none of it can begin to go out meanwhile."""
    places = queues.places([queue.pk])
    lock_posts(sorted(places.values_list("target__post_id", flat=True)))
    rows = PostTarget.objects.select_for_update(of=("self",)).filter(
        queue_place__queue=queue, state=TargetState.SCHEDULED, due_at=F("queue_place__at"),
        post__deleted_at__isnull=True,
    )  # fmt: skip
    return list(rows.order_by("due_at", "id"))


def assign(actor: Actor, queue: Queue, pairs: Sequence[Pair]) -> list[Pair]:
    """Give these shares, all from `waiting`, their times; those that really moved."""
    changed = [(row, slot) for row, slot in pairs if row.due_at != slot.at]
    if not changed:
        return []
    account = selectors.account(actor, queue.account_id)
    code, sentence = blocked.standing(account)
    before = [row.due_at for row, _ in changed]
    changes = [
        (
            row,
            {
                **NO_ERROR,
                "due_at": slot.at,
                "zone": slot.zone,
                "wall_time": f"{slot.wall:%Y-%m-%dT%H:%M}",
                "held": queue.paused_at is not None,
                "error_code": code,
                "error_sentence": sentence,
            },
        )
        for row, slot in changed
    ]
    if not move_many(changes, TargetState.SCHEDULED):
        raise Conflict(PublishingError.ALREADY_GOING_OUT, "Something of this queue has just started to go out.")
    keep(queue, changed)
    publish_schedule(queue.workspace_id, [*before, *(slot.at for _, slot in changed)])
    audit.record(actor, "queue.move", ("queue", queue.pk), {"count": len(changed)})
    return changed


def keep(queue: Queue, pairs: Sequence[Pair]) -> None:
    """Note that these shares hold these times of a locked queue. What is no longer scheduled for them gives way."""
    mine = Q(target__in=[row.pk for row, _ in pairs]) | Q(queue=queue, at__in=[slot.at for _, slot in pairs])
    QueuePlace.objects.filter(mine).delete()
    QueuePlace.objects.bulk_create(
        QueuePlace(workspace_id=queue.workspace_id, queue=queue, target=row, at=slot.at) for row, slot in pairs
    )
