"""The ends of a run. Each is one transaction that counts only while the run still holds its lease."""

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from core import clock, scope
from core.outages import Away
from jobs import conf, job_events, registry, wake
from jobs.errors import JobError
from jobs.models import CLAIMABLE, Job, Status
from jobs.outcomes import Again, Done, Ended, LeaseLost, Transient

_NO_LEASE: dict[str, Any] = {"lease_token": None, "lease_expires_at": None}
_FRESH: dict[str, Any] = {
    "run_again": False,
    "checkpoint": {},
    "progress_pct": 0,
    "stage": "",
    "lost_leases": 0,
    "transient_failures": 0,
    "error_code": "",
    "error_message": "",
    "cancel_requested_at": None,
    "finished_at": None,
}


def scope_of(workspace_id: UUID | None) -> AbstractContextManager[None]:
    """The scope in which a job lives: its workspace's, or the system's."""
    return scope.workspace(workspace_id) if workspace_id else scope.system("a job of the system")


def _held(job: Job, token: UUID) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, lease_token=token, status=Status.RUNNING)


def _move(rows: QuerySet[Job], **fields: Any) -> None:
    if not rows.update(updated_at=clock.now(), **fields):
        raise LeaseLost("The lease of this run is gone.")


def _run_again(job: Job) -> bool:
    """Whether somebody ordered the job again while it ran; if so it starts from the beginning."""
    row = Job.objects.filter(pk=job.pk, run_again=True)
    if not row.update(status=Status.QUEUED, run_at=clock.now(), **_FRESH):
        return False
    wake.on_commit(job.queue)
    return True


def _tell_kind(job: Job, status: Status, code: str, message: str) -> None:
    kind = registry.kinds.get(job.kind)
    if kind is not None and kind.on_ended is not None:
        kind.on_ended(Ended(job.pk, job.kind, job.actor, job.subject_id, job.payload, status, code, message))


def mark_done(job: Job, token: UUID, outcome: Done) -> None:
    """End a job with its result; `commit` runs here and nowhere else. Raises `LeaseLost`."""
    with transaction.atomic():
        now = clock.now()
        result = dict(outcome.result)
        _move(_held(job, token), status=Status.DONE, finished_at=now, result=result, progress_pct=100, **_NO_LEASE)
        more = outcome.commit() if outcome.commit else None
        if more:
            Job.objects.filter(pk=job.pk).update(result={**result, **more})
        _run_again(job)
        job_events.publish_state_on_commit(job.pk)


def mark_waiting(job: Job, token: UUID, outcome: Again) -> None:
    """Let a job wait without a worker. Raises `LeaseLost`."""
    with transaction.atomic():
        _move(
            _held(job, token),
            status=Status.WAITING,
            run_at=clock.now() + outcome.after,
            transient_failures=0,
            lost_leases=0,
            **_NO_LEASE,
        )
        if outcome.commit:
            outcome.commit()
        row = Job.objects.filter(pk=job.pk)
        if row.filter(run_again=True).update(run_again=False, run_at=clock.now()) or outcome.after <= timedelta(0):
            wake.on_commit(job.queue)
        if row.filter(cancel_requested_at__isnull=False).exists():
            cancel_unclaimed(job)
        job_events.publish_state_on_commit(job.pk)


def retry_later(job: Job, token: UUID, error: Transient) -> None:
    """Wait for the next try, or fail when there were too many in a row without progress. Raises `LeaseLost`."""
    delays = conf.retry_delays_s()
    with transaction.atomic():
        failures = _held(job, token).values_list("transient_failures", flat=True).first() or 0
        if failures >= len(delays):
            mark_failed(job, token, error.code, error.message)
            return
        wait = error.after if error.after is not None else timedelta(seconds=delays[failures])
        _move(
            _held(job, token),
            status=Status.WAITING,
            run_at=clock.now() + wait,
            transient_failures=failures + 1,
            error_code=error.code,
            error_message=error.message,
            **_NO_LEASE,
        )
        _heed_wishes(job)
        job_events.publish_state_on_commit(job.pk)


def wait_out_outage(job: Job, token: UUID, away: Away, after: timedelta) -> None:
    """Let a job wait for a service that is away. It is nobody's failure, so it is not counted. Raises `LeaseLost`."""
    with transaction.atomic():
        _move(
            _held(job, token),
            status=Status.WAITING,
            run_at=clock.now() + after,
            error_code=away.code,
            error_message=away.message,
            **_NO_LEASE,
        )
        _heed_wishes(job)
        job_events.publish_state_on_commit(job.pk)


def _heed_wishes(job: Job) -> None:
    """What was asked for while the run went on: that it run again (it will), or that it be cancelled."""
    row = Job.objects.filter(pk=job.pk)
    row.filter(run_again=True).update(run_again=False)
    if row.filter(cancel_requested_at__isnull=False).exists():
        cancel_unclaimed(job)


def mark_failed(job: Job, token: UUID, code: str, message: str) -> None:
    """End a job with an error. Raises `LeaseLost`."""
    with transaction.atomic():
        end_without_result(_held(job, token), job, Status.FAILED, code, message)


def mark_cancelled(job: Job, token: UUID) -> None:
    """End a job whose run saw the wish to cancel. Raises `LeaseLost`."""
    with transaction.atomic():
        end_without_result(_held(job, token), job, Status.CANCELLED, JobError.CANCELLED, "It was cancelled.")


def cancel_unclaimed(job: Job) -> bool:
    """Cancel a job that nobody runs; False when somebody does, or when it has ended."""
    try:
        with transaction.atomic():
            rows = Job.objects.filter(pk=job.pk, status__in=CLAIMABLE)
            end_without_result(rows, job, Status.CANCELLED, JobError.CANCELLED, "It was cancelled.")
    except LeaseLost:
        return False
    return True


def end_without_result(rows: QuerySet[Job], job: Job, status: Status, code: str, message: str) -> None:
    """Fail or cancel the one row, tell its kind and the pages. Inside the caller's transaction. Raises `LeaseLost`."""
    now = clock.now()
    _move(rows, status=status, finished_at=now, error_code=str(code), error_message=message, **_NO_LEASE)
    if not _run_again(job):
        _tell_kind(job, status, str(code), message)
    job_events.publish_state_on_commit(job.pk)
