"""Posts in queues: adding them at the next free times, their order, taking them out. Only unsent posts ever move."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts import audit, policy
from accounts.policy import Action
from core.actor import Actor
from core.errors import Conflict, NotFound
from publishing import selectors
from publishing.errors import PublishingError
from publishing.models import Post, PostTarget, Queue
from publishing.schedule import queues, walltime
from publishing.schedule.slots import Slot
from publishing.services import schedule
from publishing.services.queue_places import assign, keep, lock, lock_one, waiting
from publishing.services.schedule import NO_TIME, When
from publishing.states import EDITABLE, PLANNED, TargetState
from publishing.transitions import move


@dataclass(frozen=True, slots=True)
class Added:
    """The post, and sentences that a person should read."""

    post: Post
    notes: Sequence[str]


def add(
    *, actor: Actor, post_id: UUID, account_ids: Collection[UUID] | None = None, accept_conflicts: bool = True
) -> Added:
    """Schedule a post to each of its accounts (or these) at the account's own next free time.

    What is in the queue already keeps its time. Raises `queue_empty` for an account without times, `queue_full` when
    none is free within a year, and whatever `schedule_post` refuses.
    """
    policy.require(actor, Action.PUBLISH)
    wanted = _wanted(selectors.post(actor, post_id), account_ids)
    with transaction.atomic():
        found = lock(actor, wanted)
        post = selectors.post(actor, post_id)
        rows = [row for row in post.targets.all() if row.account_id in wanted and row.state in EDITABLE]
        _refuse_without_times(rows, found)
        queued = set(
            queues.planned([queue.pk for queue in found.values()])
            .filter(pk__in=[row.pk for row in rows])
            .values_list("pk", flat=True)
        )
        fresh = [row for row in rows if row.pk not in queued]
        if rows and not fresh:
            return Added(post, ["It is in the queue already, and keeps its time."])
        free = {row.account_id: queues.first_free(found[row.account_id], 1)[0] for row in fresh}
        times = {account_id: When(at=slot.at, zone=slot.zone) for account_id, slot in free.items()}
        post, notes = schedule.schedule_post(
            actor=actor, post_id=post_id, when=When(), per_account=times, accept_conflicts=accept_conflicts,
            only=[row.account_id for row in fresh],
        )  # fmt: skip
        for row in fresh:
            _settle(found[row.account_id], row, free[row.account_id])
        audit.record(actor, "queue.add", ("post", post.pk), {"accounts": len(fresh)})
        said = [slot.note for slot in free.values()]
        said += [_paused(row) for row in fresh if found[row.account_id].paused_at is not None]
        return Added(selectors.post(actor, post_id), list(dict.fromkeys(filter(None, [*said, *notes]))))


def _wanted(post: Post, account_ids: Collection[UUID] | None) -> set[UUID]:
    known = {row.account_id for row in post.targets.all()}
    if account_ids is not None and not set(account_ids) <= known:
        raise NotFound(PublishingError.ACCOUNT_UNKNOWN, "This post does not go to that account.")
    return known if account_ids is None else set(account_ids)


def _refuse_without_times(rows: Sequence[PostTarget], found: dict[UUID, Queue]) -> None:
    without = [row for row in rows if row.account_id not in found or found[row.account_id].is_empty]
    if without:
        names = ", ".join(row.account.handle for row in without)
        verb = "has" if len(without) == 1 else "have"
        sentence = f"{names} {verb} no queue times yet. Choose times of the week first, under Schedule, Queues."
        details = {"account_ids": [str(row.account_id) for row in without]}
        raise Conflict(PublishingError.QUEUE_EMPTY, sentence, details)


def _settle(queue: Queue, row: PostTarget, slot: Slot) -> None:
    keep(queue, [(row, slot)])
    if queue.paused_at is not None:
        PostTarget.objects.filter(pk=row.pk, state__in=sorted(PLANNED)).update(held=True)


def _paused(row: PostTarget) -> str:
    return f"The queue of {row.account.handle} is paused: this waits until it is resumed."


def remove(*, actor: Actor, post_id: UUID, account_ids: Collection[UUID] | None = None) -> Post:
    """Take a post out of the queues of its accounts (or these): these shares are drafts again."""
    policy.require(actor, Action.PUBLISH)
    wanted = _wanted(selectors.post(actor, post_id), account_ids)
    with transaction.atomic():
        found = lock(actor, wanted)
        rows = list(queues.planned([queue.pk for queue in found.values()]).filter(post_id=post_id))
        if not rows:
            raise Conflict(PublishingError.WRONG_STATE, "This post is in no queue.")
        for row in rows:
            if not move(row, TargetState.DRAFT, only_if=Q(due_at=row.due_at), **NO_TIME):
                raise Conflict(PublishingError.ALREADY_GOING_OUT, "This post has just started to go out.")
        audit.record(actor, "queue.remove", ("post", post_id), {"accounts": len(rows)})
    return selectors.post(actor, post_id)


def reorder(*, actor: Actor, account_id: UUID, target_ids: Sequence[UUID]) -> int:
    """Let what waits in a queue go out in this order, at the same times; how many moved.

    `target_ids` names each of them once; when something was added, sent or moved meanwhile it is `stale_version`.
    """
    policy.require(actor, Action.PUBLISH)
    with transaction.atomic():
        queue = lock_one(actor, account_id)
        rows = {row.pk: row for row in waiting(queue)}
        if len(target_ids) != len(rows) or set(target_ids) != rows.keys():
            raise stale()
        return _exchange(actor, queue, list(rows.values()), [rows[pk] for pk in target_ids])


def place(*, actor: Actor, account_id: UUID, target_id: UUID, before: UUID | None, seen: str | None = None) -> int:
    """Put one post of a queue directly before another one, or last (None); those between shift by one time.

    `seen` is its time as the person saw it (`schedule.time_read`); another one is `stale_version`. How many moved.
    """
    policy.require(actor, Action.PUBLISH)
    with transaction.atomic():
        queue = lock_one(actor, account_id)
        rows = waiting(queue)
        moved = next((row for row in rows if row.pk == target_id), None)
        if moved is None or (before is not None and before not in {row.pk for row in rows}):
            raise stale()
        if seen is not None and schedule.time_read(moved) != seen:
            raise stale()
        order = [row for row in rows if row is not moved]
        index = next((n for n, row in enumerate(order) if row.pk == before), len(order))
        if before == target_id:
            return 0
        return _exchange(actor, queue, rows, [*order[:index], moved, *order[index:]])


def shuffle(*, actor: Actor, account_id: UUID, seed: int | None = None) -> int:
    """Mix what waits in a queue over the same times. The same seed mixes the same posts alike; how many moved."""
    policy.require(actor, Action.PUBLISH)
    with transaction.atomic():
        queue = lock_one(actor, account_id)
        rows = waiting(queue)
        mixed = sorted(rows, key=lambda row: row.pk)
        random.Random(seed).shuffle(mixed)  # noqa: S311 - an order of posts is no secret
        return _exchange(actor, queue, rows, mixed)


def _exchange(actor: Actor, queue: Queue, rows: Sequence[PostTarget], order: Sequence[PostTarget]) -> int:
    """Give the times of `rows` to the same shares in another order."""
    times = [
        Slot(row.due_at, walltime.to_wall(row.due_at, row.zone or queue.zone), row.zone or queue.zone)
        for row in rows
        if row.due_at is not None
    ]
    return len(assign(actor, queue, list(zip(order, times, strict=True))))


def stale() -> Conflict:
    """The refusal of what was decided on a former state of a queue."""
    sentence = "This queue has changed in the meantime. Look at it as it is now, then decide again."
    return Conflict(PublishingError.STALE_VERSION, sentence)
