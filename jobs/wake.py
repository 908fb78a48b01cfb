"""Wake-ups: messages without content that make a worker look for due jobs. Losing one costs a tick, never a job."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from celery import current_app
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)

_muted: ContextVar[bool] = ContextVar("jobs_wake_muted", default=False)
_embedded_workers = False


def embedded_workers_run(running: bool) -> None:
    """Say whether this process runs workers itself: the memory transport reaches nobody else."""
    global _embedded_workers
    _embedded_workers = running


def on_commit(queue: str) -> None:
    """Send one wake-up when the transaction in hand commits (at once outside one)."""
    transaction.on_commit(lambda: send(queue), robust=True)


def send(queue: str, count: int = 1) -> None:
    """Send wake-ups now. A broker that is down is no error: the tick finds due jobs later."""
    if _muted.get() or (str(settings.CELERY_BROKER_URL).startswith("memory:") and not _embedded_workers):
        return
    try:
        for _ in range(count):
            current_app.send_task("jobs.work", args=[str(queue)], queue=str(queue), retry=False, ignore_result=True)
    except Exception:
        logger.warning("A wake-up for the queue %s could not be sent.", queue, exc_info=True)


@contextmanager
def muted() -> Iterator[None]:
    """Send no wake-ups inside the block (whoever is inside runs the jobs itself)."""
    token = _muted.set(True)
    try:
        yield
    finally:
        _muted.reset(token)
