"""Everything people and other apps do to jobs: order, cancel, retry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Least

from accounts import audit, policy
from accounts.policy import Action
from core import clock, scope
from core.actor import Actor
from core.errors import Conflict, NotFound
from jobs import conf, job_events, leases, registry, transitions, wake
from jobs.errors import JobError
from jobs.models import CLAIMABLE, ENDED, UNFINISHED, Job, Status
from jobs.queues import Queue

_TRIES = 8
_BATCH = 500


def enqueue(
    *,
    kind: str,
    actor: Actor | None,
    subject: tuple[str, UUID] | None = None,
    payload: Mapping[str, Any] | None = None,
    unique_key: str | None = None,
    run_at: datetime | None = None,
    queue: Queue | None = None,
    priority: int = 0,
) -> Job:
    """Order a job in the caller's transaction; one wake-up is sent when that commits.

    `actor` None makes a job of the system, which belongs to no workspace. While an unfinished job of the same
    workspace carries the same `unique_key`, that one is returned with its own payload: a queued one moves to the
    earlier of both times, a running one will run again. `payload` must be JSON.
    """
    registered = registry.kinds.get(kind)
    if registered is None:
        raise ValueError(f"No handler is registered for the job kind {kind!r}.")
    when = run_at or clock.now()
    queue = queue or registered.queue
    with transitions.scope_of(actor.workspace_id if actor else None):
        for _ in range(_TRIES):
            job = _join(actor, unique_key, when) if unique_key else None
            if job is None:
                job = _create(registered.name, queue, actor, subject, dict(payload or {}), unique_key, when, priority)
            if job is not None:
                wake.on_commit(job.queue)
                return job
    raise Conflict(JobError.ALREADY_RUNNING, "This is being started by someone else right now. Try again in a moment.")


def _create(
    kind: str,
    queue: Queue,
    actor: Actor | None,
    subject: tuple[str, UUID] | None,
    payload: dict[str, Any],
    unique_key: str | None,
    when: datetime,
    priority: int,
) -> Job | None:
    job = Job(
        workspace_id=actor.workspace_id if actor else None,
        kind=kind,
        queue=queue,
        run_at=when,
        priority=priority,
        actor_user_id=actor.user_id if actor else None,
        actor_role=actor.role if actor else "",
        actor_kind=actor.kind if actor else "",
        subject_type=subject[0] if subject else "",
        subject_id=subject[1] if subject else None,
        payload=payload,
        unique_key=unique_key or "",
    )
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        if not unique_key:
            raise
        return None
    return job


@dataclass(frozen=True, slots=True)
class Order:
    """One of many jobs ordered at once. `run_at` in the past keeps its place in the row of those that are due."""

    actor: Actor
    subject: tuple[str, UUID]
    unique_key: str
    run_at: datetime


def enqueue_many(*, kind: str, orders: Sequence[Order]) -> None:
    """Order many jobs of one kind with few statements, in the caller's transaction and the system scope.

    As with `enqueue`, a live job with the same key stands for the new one: it runs at the earlier of both times, or
    again when it is running.
    """
    queue = registry.kinds[kind].queue
    rows = [
        Job(
            workspace_id=order.actor.workspace_id,
            kind=kind,
            queue=queue,
            run_at=order.run_at,
            actor_user_id=order.actor.user_id,
            actor_role=order.actor.role,
            actor_kind=order.actor.kind,
            subject_type=order.subject[0],
            subject_id=order.subject[1],
            unique_key=order.unique_key,
        )
        for order in orders
    ]
    types = {order.subject[0] for order in orders}
    subjects = [order.subject[1] for order in orders]
    named = Job.objects.filter(subject_type__in=types, subject_id__in=subjects, kind=kind, status__in=UNFINISHED)
    live = list(named.values_list("pk", flat=True))
    Job.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)
    if live:
        Job.objects.filter(pk__in=live, status__in=CLAIMABLE).update(run_at=Least("run_at", clock.now()))
        Job.objects.filter(pk__in=live, status=Status.RUNNING).update(run_again=True)
    wake.on_commit(queue)


def _join(actor: Actor | None, unique_key: str, when: datetime) -> Job | None:
    """The live job with this key, touched so that it cannot end before the caller's transaction does."""
    live = _owned(actor).filter(unique_key=unique_key, status__in=UNFINISHED).first()
    if live is None:
        return None
    row = Job.objects.filter(pk=live.pk, status=live.status)
    if live.status == Status.RUNNING:
        touched = row.update(run_again=True)
    elif live.status == Status.QUEUED:
        touched = row.update(run_at=Least("run_at", when))
    else:
        touched = row.update(updated_at=clock.now())
    if not touched:
        return None
    live.refresh_from_db()
    return live


def wake_waiting(*, actor: Actor | None, unique_key: str) -> bool:
    """Let a waiting job run now instead of at its time (what it waited for has happened)."""
    with transitions.scope_of(actor.workspace_id if actor else None):
        row = _owned(actor).filter(unique_key=unique_key, status__in=CLAIMABLE)
        queue = row.values_list("queue", flat=True).first()
        moved = bool(queue) and bool(row.update(run_at=clock.now()))
    if moved and queue:
        wake.on_commit(queue)
    return moved


def _owned(actor: Actor | None) -> QuerySet[Job]:
    return Job.objects.for_workspace(actor.workspace_id) if actor else Job.objects.filter(workspace__isnull=True)


def _find(actor: Actor | None, job_id: UUID) -> Job:
    job = _owned(actor).filter(pk=job_id).first()
    if job is None:
        raise NotFound
    return job


def cancel(*, actor: Actor | None, job_id: UUID) -> Job:
    """Cancel a job: at once when nobody runs it, else its worker sees the wish within seconds and stops its child.

    A job that finishes before it sees the wish stays done.
    """
    if actor:
        policy.require(actor, Action.WRITE)
    job = _find(actor, job_id)
    with transaction.atomic():
        ended = transitions.cancel_unclaimed(job)
        asked = not ended and Job.objects.filter(pk=job.pk, status=Status.RUNNING).update(
            cancel_requested_at=clock.now(), run_again=False
        )
        if not ended and not asked:
            raise Conflict(JobError.NOT_CANCELLABLE, "This job has already ended, so there is nothing to cancel.")
        if actor:
            audit.record(actor, "job.cancel", ("job", job.pk), {"kind": job.kind})
        transaction.on_commit(lambda: leases.keeper.cancelled_here(job.pk), robust=True)
    job.refresh_from_db()
    return job


def retry(*, actor: Actor | None, job_id: UUID) -> Job:
    """Run a failed or cancelled job once more, from its last checkpoint, with all its tries again."""
    if actor:
        policy.require(actor, Action.WRITE)
    job = _find(actor, job_id)
    refusal = Conflict(JobError.NOT_RETRYABLE, "Only a failed or cancelled job can be run again.")
    try:
        with transaction.atomic():
            restarted = Job.objects.filter(pk=job.pk, status__in=(Status.FAILED, Status.CANCELLED)).update(
                status=Status.QUEUED,
                run_at=clock.now(),
                finished_at=None,
                cancel_requested_at=None,
                error_code="",
                error_message="",
                lost_leases=0,
                transient_failures=0,
                updated_at=clock.now(),
            )
            if not restarted:
                raise refusal
            if actor:
                audit.record(actor, "job.retry", ("job", job.pk), {"kind": job.kind})
    except IntegrityError:
        raise Conflict(JobError.ALREADY_RUNNING, "The same work is already under way in another job.") from None
    job.refresh_from_db()
    job_events.publish_state(job)
    wake.on_commit(job.queue)
    return job


def clean_up() -> int:
    """Delete jobs that ended longer ago than they are kept. Returns how many."""
    limit = clock.now() - timedelta(days=conf.keep_days())
    total = 0
    with scope.system("clean up ended jobs"):
        while True:
            old = list(
                Job.objects.filter(status__in=ENDED, finished_at__lt=limit).values_list("pk", flat=True)[:_BATCH]
            )
            if not old:
                return total
            total += Job.objects.filter(pk__in=old, status__in=ENDED).delete()[0]
