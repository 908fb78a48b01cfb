"""Who runs what: claiming due jobs, and taking back those whose worker is gone."""

import itertools
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Min, QuerySet
from django.db.models.functions import Coalesce

from core import clock, scope
from core.ids import uuid7
from jobs import conf, job_events, transitions, wake
from jobs.errors import JobError
from jobs.leases import worker_name
from jobs.models import CLAIMABLE, Job, Status
from jobs.outcomes import LeaseLost

_CANDIDATES = 8
_TRIES = 5
# When this process last served which workspace: workspaces take turns. Each process rotates for itself; what all of
# them run is counted in the database.
_turns = itertools.count(1)
_served: dict[tuple[str, UUID | None], int] = {}


def due(queue: str | None = None) -> QuerySet[Job]:
    """Jobs that could be claimed now. In the system scope."""
    rows = Job.objects.filter(status__in=CLAIMABLE, run_at__lte=clock.now())
    return rows.filter(queue=queue) if queue else rows


def claim(queue: str) -> Job | None:
    """Take one due job of a queue: the highest priority, then the workspace whose turn it is, then the longest due.

    The conditional UPDATE decides between workers; the new `lease_token` is what every later write must show.
    """
    with scope.system("claim a job"):
        for _ in range(_TRIES):
            candidates = _candidates(queue)
            if not candidates:
                return None
            for job_id in candidates:
                job = _take(job_id)
                if job is not None:
                    return job
    return None


def _candidates(queue: str) -> list[UUID]:
    rows = due(queue)
    groups = list(rows.values("priority", "workspace_id").annotate(first=Min("run_at")).order_by())
    if not groups:
        return []
    priority = max(group["priority"] for group in groups)
    waiting = [group for group in groups if group["priority"] == priority]
    chosen = waiting[0]["workspace_id"] if len(waiting) == 1 else _whose_turn(queue, waiting)
    _served[queue, chosen] = next(_turns)
    rows = rows.filter(priority=priority)
    mine = rows.filter(workspace_id=chosen) if chosen else rows.filter(workspace__isnull=True)
    return list(mine.order_by("run_at", "id").values_list("pk", flat=True)[:_CANDIDATES])


def _whose_turn(queue: str, waiting: list[Any]) -> UUID | None:
    """The workspace with the fewest running jobs; among equals the one served longest ago, then the longest due."""
    held = Job.objects.filter(queue=queue, status=Status.RUNNING).values("workspace_id").order_by()
    running = {row["workspace_id"]: row["n"] for row in held.annotate(n=Count("pk"))}

    def rank(group: Any) -> tuple[int, int, datetime]:
        owner = group["workspace_id"]
        return running.get(owner, 0), _served.get((queue, owner), 0), group["first"]

    chosen: UUID | None = min(waiting, key=rank)["workspace_id"]
    return chosen


def _take(job_id: UUID) -> Job | None:
    now = clock.now()
    token = uuid7()
    won = Job.objects.filter(pk=job_id, status__in=CLAIMABLE, run_at__lte=now).update(
        status=Status.RUNNING,
        lease_token=token,
        lease_expires_at=now + timedelta(seconds=conf.lease_s()),
        worker=worker_name(),
        claimed_at=now,
        started_at=Coalesce("started_at", now),
        attempts=F("attempts") + 1,
        updated_at=now,
    )
    return Job.objects.filter(pk=job_id, lease_token=token).first() if won else None


def requeue_expired() -> int:
    """Take back the jobs whose lease ran out. Returns how many."""
    return _requeue_lost(Job.objects.filter(status=Status.RUNNING, lease_expires_at__lt=clock.now()))


def requeue_running() -> int:
    """Take back every running job at once: the caller knows that no worker lives (it holds `var/up.lock`)."""
    return _requeue_lost(Job.objects.filter(status=Status.RUNNING))


def _requeue_lost(lost: QuerySet[Job]) -> int:
    taken = 0
    with scope.system("take back lost leases"):
        for job in lost.order_by("id"):
            try:
                with transaction.atomic():
                    _lose(job, lost.filter(pk=job.pk, lease_token=job.lease_token))
            except LeaseLost:
                continue
            taken += 1
    return taken


def _lose(job: Job, rows: QuerySet[Job]) -> None:
    if job.cancel_requested_at:
        transitions.end_without_result(rows, job, Status.CANCELLED, JobError.CANCELLED, "It was cancelled.")
        return
    if job.lost_leases + 1 >= conf.max_lost_leases():
        rows_now = rows.filter(lost_leases=job.lost_leases)
        message = f"The worker was lost {job.lost_leases + 1} times while doing this, so it was given up."
        transitions.end_without_result(rows_now, job, Status.FAILED, JobError.WORKER_LOST, message)
        Job.objects.filter(pk=job.pk, status=Status.FAILED).update(lost_leases=job.lost_leases + 1)
        return
    # It keeps its time, and with that its place in the queue.
    won = rows.update(
        status=Status.QUEUED,
        lease_token=None,
        lease_expires_at=None,
        lost_leases=F("lost_leases") + 1,
        updated_at=clock.now(),
    )
    if not won:
        raise LeaseLost("Somebody else took it back.")
    job_events.publish_state_on_commit(job.pk)
    wake.on_commit(job.queue)
