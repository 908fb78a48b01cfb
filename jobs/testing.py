"""For tests: run jobs through claim and finish, in this thread, without Celery."""

from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Min
from django.test import TestCase

from core import clock, scope
from jobs import claims, runner, wake
from jobs.models import CLAIMABLE, Job
from jobs.queues import Queue


def drain(
    *, advance: bool = False, until: datetime | None = None, kind: str | None = None, limit: int = 1000
) -> list[Job]:
    """Run jobs that are due now, and those they enqueue; return them as they stand, in the order of their last run.

    `advance` moves a frozen clock to each next due job (waits, retries, `Again`), at most to `until` (default: a day
    from now). `kind` stops as soon as a job of that kind has run. More than `limit` runs is an error: something loops.
    """
    last = until or clock.now() + timedelta(days=1)
    ran: dict[Any, None] = {}
    for _ in range(limit):
        job = _claim_any()
        if job is None:
            if not (advance and _advance(last)):
                break
            continue
        with wake.muted(), _commit_hooks():
            runner.run(job, background=False)
        ran.pop(job.pk, None)
        ran[job.pk] = None
        if kind is not None and job.kind == kind:
            break
    else:
        raise AssertionError(f"{limit} runs did not come to an end.")
    with scope.system("tests read jobs"):
        rows = Job.objects.in_bulk(list(ran))
    return [rows[pk] for pk in ran if pk in rows]


def _commit_hooks() -> AbstractContextManager[Any]:
    # Inside a test's transaction nothing ever commits, so what waits for the commit is run here.
    return TestCase.captureOnCommitCallbacks(execute=True) if connection.in_atomic_block else nullcontext()


def _claim_any() -> Job | None:
    for queue in Queue.values:
        job = claims.claim(queue)
        if job is not None:
            return job
    return None


def _advance(last: datetime) -> bool:
    with scope.system("tests look ahead"):
        soonest = Job.objects.filter(status__in=CLAIMABLE).aggregate(at=Min("run_at"))["at"]
    if soonest is None or soonest > last:
        return False
    if soonest > clock.now():
        clock.advance(soonest - clock.now())
    return True
