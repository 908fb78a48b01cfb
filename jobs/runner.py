"""One run of a claimed job, and the loop that a wake-up starts."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import InterfaceError, OperationalError

from core import clock, outages, scope
from core import logging as log
from core.background_threads import backoff_s
from core.errors import DomainError
from jobs import claims, conf, db_connections, job_events, leases, registry, transitions, wake
from jobs.context import JobContext
from jobs.errors import JobError
from jobs.models import Job
from jobs.outcomes import Again, Cancelled, Done, Interrupted, LeaseLost, Transient

logger = logging.getLogger(__name__)

stopping = threading.Event()

# How long the end of a run waits between its tries to be written while the database is away.
_WRITE_AGAIN_S, _WRITE_AGAIN_MOST_S = 0.5, 5.0
# How long a job waits for a service that is away: a quarter of the time since its first start, within these bounds.
_OUTAGE_WAIT_S = (5.0, 60.0)


def answer_wake_up(queue: str) -> None:
    """What a thread does that was woken for a queue: run due jobs, with nothing left behind for the next. Never raises
    for an outage; the jobs are found again."""
    with message():
        work(queue)


@contextmanager
def message() -> Iterator[None]:
    """The scope of one message or wake-up: without a trace for each of them during an outage."""
    try:
        with scope.request():
            yield
    except Exception as error:
        if outages.of(error) is None:
            raise
        logger.warning("Not now: %s", error)
    finally:
        db_connections.release()


def work(queue: str) -> int:
    """Claim and run due jobs until none is due or the time is up. Returns how many were run.

    A thread that was woken for one queue looks into all queues of its worker, the most urgent first, so that a long
    row of ordinary jobs delays publishing by one job at most.
    """
    ends_at = time.monotonic() + conf.work_s()
    count = 0
    while not stopping.is_set():
        if time.monotonic() >= ends_at:
            wake.send(queue)
            break
        job = _next_job(queue)
        if job is None:
            break
        run(job)
        count += 1
    return count


def _next_job(queue: str) -> Job | None:
    return next(filter(None, map(claims.claim, leases.keeper.queues_beside(queue))), None)


def run(job: Job, *, background: bool = True) -> None:
    """Run a claimed job to one of its ends. Never raises: whatever happens becomes a state of the row."""
    assert job.lease_token is not None
    lease = leases.Lease(job.pk, job.lease_token, job.queue)
    user = job.actor_user_id
    with (
        leases.keeper.holding(lease, background=background),
        log.context(job=job.pk, kind=job.kind, workspace=job.workspace_id, user=user),
        transitions.scope_of(job.workspace_id),
        outages.patience(),
    ):
        try:
            if stopping.is_set():
                # Claimed in the moment of the shutdown, after it had handed back what it saw.
                leases.keeper.hand_back(lease)
                return
            if job.cancel_requested_at is not None:
                lease.cancelled.set()
            job_events.publish_state(job)
            _run(job, lease)
        except LeaseLost:
            logger.warning("This run lost its lease; nothing it did counts.")
        except (OperationalError, InterfaceError):
            logger.warning("The end of this run could not be written; its lease will run out.", exc_info=True)


def _run(job: Job, lease: leases.Lease) -> None:
    context = JobContext(job, lease)
    try:
        context.check()
        outcome = _handler(job)(context)
        _written(lease, lambda: _finish(job, lease, outcome))
    except Exception as caught:
        error = caught
        if lease.lost.is_set() or isinstance(error, LeaseLost):
            raise LeaseLost("Another run owns this job now.") from error
        _written(lease, lambda: _end(job, lease, error))


def _end(job: Job, lease: leases.Lease, error: Exception) -> None:
    if lease.cancelled.is_set() or isinstance(error, Cancelled):
        transitions.mark_cancelled(job, lease.token)
        return
    _fail(job, lease, error)


def _written(lease: leases.Lease, write: Callable[[], None]) -> None:
    """Write the end of a run. While the database is away this waits: the work was done, and the lease still holds."""
    gives_up_at = time.monotonic() + conf.lease_s()
    tries = 0
    while True:
        try:
            write()
            return
        except (OperationalError, InterfaceError) as error:
            away = outages.of(error)
            if away is None or time.monotonic() >= gives_up_at:
                raise
            logger.warning("The end of this run could not be written yet: %s", error)
        db_connections.release()
        if lease.lost.wait(backoff_s(tries, _WRITE_AGAIN_S, _WRITE_AGAIN_MOST_S)):
            raise LeaseLost("Another run owns this job now.")
        tries += 1


def _handler(job: Job) -> registry.HandlerFunction:
    kind = registry.kinds.get(job.kind)
    if kind is None:
        # During a deployment an older worker may meet a newer job; a newer worker will take it.
        raise Transient("This version of the product does not know this kind of job.", code=JobError.UNKNOWN_KIND)
    return kind.function


def _finish(job: Job, lease: leases.Lease, outcome: object) -> None:
    if isinstance(outcome, Done):
        transitions.mark_done(job, lease.token, outcome)
    elif isinstance(outcome, Again):
        transitions.mark_waiting(job, lease.token, outcome)
    else:
        raise TypeError(f"The handler of {job.kind} returned {outcome!r} instead of Done or Again.")


def _fail(job: Job, lease: leases.Lease, error: Exception) -> None:
    away = outages.of(error)
    if away is not None:
        logger.warning("A service is away, so the job waits for it: %s", error)
        transitions.wait_out_outage(job, lease.token, away, _outage_wait(job))
    elif isinstance(error, Transient):
        logger.info("It will be tried again: %s", error.message)
        transitions.retry_later(job, lease.token, error)
    elif isinstance(error, (OperationalError, InterfaceError)):
        logger.warning("The database refused during the run.", exc_info=error)
        transitions.retry_later(job, lease.token, Transient("The database could not do this at the moment."))
    elif isinstance(error, DomainError):
        logger.info("The job failed: %s", error.message)
        transitions.mark_failed(job, lease.token, error.code, error.message)
    elif isinstance(error, Interrupted):
        raise LeaseLost("The run was interrupted.") from error
    else:
        logger.error("The job failed in a way that nobody expected.", exc_info=error)
        message = "Something went wrong on our side. It was logged; try again, or ask the operator."
        transitions.mark_failed(job, lease.token, JobError.INTERNAL, message)


def _outage_wait(job: Job) -> timedelta:
    since = clock.now() - (job.started_at or clock.now())
    least, most = _OUTAGE_WAIT_S
    return timedelta(seconds=min(most, max(least, since.total_seconds() / 4)))
