"""Wake-ups: messages without content that make a worker look for due jobs. Losing one costs a tick, never a job."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from celery import current_app
from django.conf import settings
from django.db import transaction

from core.outages import Breaker

_muted: ContextVar[bool] = ContextVar("jobs_wake_muted", default=False)
_embedded_workers = False
_breaker = Breaker("The broker")


def embedded_workers_run(running: bool) -> None:
    """Say whether this process runs workers itself: the memory transport reaches nobody else."""
    global _embedded_workers
    _embedded_workers = running


def on_commit(queue: str) -> None:
    """Send one wake-up when the transaction in hand commits (at once outside one)."""
    transaction.on_commit(lambda: send(queue), robust=True)


def send(queue: str, count: int = 1) -> None:
    """Send wake-ups now. A broker that is away is no error: workers look for due jobs themselves (`jobs.polling`)."""
    nobody = str(settings.CELERY_BROKER_URL).startswith("memory:") and not _embedded_workers
    if nobody or _muted.get() or _breaker.open:
        return
    try:
        for _ in range(count):
            current_app.send_task("jobs.work", args=[str(queue)], queue=str(queue), retry=False, ignore_result=True)
    except Exception as error:
        _breaker.failed(error)
    else:
        _breaker.worked()


@contextmanager
def muted() -> Iterator[None]:
    """Send no wake-ups inside the block (whoever is inside runs the jobs itself)."""
    token = _muted.set(True)
    try:
        yield
    finally:
        _muted.reset(token)
