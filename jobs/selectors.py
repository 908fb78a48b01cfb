"""Reads of jobs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from core import clock
from core.actor import Actor
from core.errors import NotFound
from jobs import conf
from jobs.models import CLAIMABLE, UNFINISHED, Job, Status, Worker
from jobs.queues import Queue


def jobs_of(actor: Actor, *, kind: str = "", status: str = "") -> QuerySet[Job]:
    """The workspace's jobs, newest first."""
    jobs = Job.objects.for_workspace(actor.workspace_id)
    if kind:
        jobs = jobs.filter(kind=kind)
    if status:
        jobs = jobs.filter(status=status)
    return jobs.order_by("-created_at", "-id")


def job_of(actor: Actor, job_id: UUID) -> Job:
    """One job of the workspace; `NotFound` otherwise."""
    job = Job.objects.for_workspace(actor.workspace_id).filter(pk=job_id).first()
    if job is None:
        raise NotFound
    return job


def unfinished(actor: Actor, kinds: Collection[str]) -> QuerySet[Job]:
    """The workspace's jobs of these kinds that have not ended, newest first."""
    return jobs_of(actor).filter(status__in=UNFINISHED, kind__in=kinds)


def unfinished_about(actor: Actor, subject_type: str, subject_ids: Collection[UUID]) -> dict[UUID, Job]:
    """The newest job about each of these things that has not ended. One query; none for no things."""
    if not subject_ids:
        return {}
    rows = Job.objects.for_workspace(actor.workspace_id).filter(
        subject_type=subject_type, subject_id__in=subject_ids, status__in=UNFINISHED
    )
    return {job.subject_id: job for job in rows.order_by("id") if job.subject_id is not None}


@dataclass(frozen=True, slots=True)
class QueueState:
    """How a queue stands.

    `late_s` is how long its oldest due job has been waiting for a worker, `threads` how many living workers serve it.
    """

    queue: str
    due: int
    running: int
    waiting: int
    failed: int
    late_s: float
    threads: int


def queues() -> list[QueueState]:
    """All queues, in the system scope (operators): due now, running, waiting for a time, failed and kept."""
    now = clock.now()
    ready = Q(status__in=CLAIMABLE)
    rows = (
        Job.objects.values("queue")
        .annotate(
            due=Count("pk", filter=ready & Q(run_at__lte=now)),
            running=Count("pk", filter=Q(status=Status.RUNNING)),
            waiting=Count("pk", filter=ready & Q(run_at__gt=now)),
            failed=Count("pk", filter=Q(status=Status.FAILED)),
            oldest=Min("run_at", filter=ready & Q(run_at__lte=now)),
        )
        .order_by()
    )
    found = {row["queue"]: row for row in rows}
    threads = worker_threads()
    return [_state(queue, found.get(queue, {}), now, threads.get(queue, 0)) for queue in Queue.values]


def worker_threads() -> dict[str, int]:
    """Threads of living workers by queue."""
    alive = Worker.objects.filter(seen_at__gte=clock.now() - timedelta(seconds=conf.lease_s()))
    threads: dict[str, int] = {}
    for worker in alive:
        for queue in worker.queues.split(","):
            threads[queue] = threads.get(queue, 0) + worker.threads
    return threads


def _state(queue: str, row: Any, now: datetime, threads: int) -> QueueState:
    oldest = row.get("oldest")
    counts = {name: int(row.get(name, 0)) for name in ("due", "running", "waiting", "failed")}
    late_s = (now - oldest).total_seconds() if isinstance(oldest, datetime) else 0.0
    return QueueState(queue=queue, late_s=late_s, threads=threads, **counts)
