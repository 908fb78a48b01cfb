"""Waiting for a generation that runs as a job: the caller gets the result if it comes soon, else the job's id."""

import time

from core.actor import Actor
from jobs import selectors
from jobs.models import UNFINISHED, Job

WAIT_S = 25.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 0.5


def wait_for(actor: Actor, job: Job, *, seconds: float | None = None) -> Job:
    """The job as it stands when it has ended, or after `seconds` (default `WAIT_S`). Never inside a transaction."""
    until = time.monotonic() + (WAIT_S if seconds is None else seconds)
    pause = _FIRST_PAUSE_S
    while job.status in UNFINISHED and time.monotonic() < until:
        time.sleep(min(pause, max(0.0, until - time.monotonic())))
        pause = min(_LONGEST_PAUSE_S, pause * 1.5)
        job = selectors.job_of(actor, job.pk)
    return job
