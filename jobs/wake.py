"""Wake-ups: messages without content that make a worker look for due jobs. Losing one costs a tick, never a job."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from celery import current_app
from django.conf import settings
from django.db import transaction

from core.outages import Breaker

_muted: ContextVar[bool] = ContextVar("jobs_wake_muted", default=False)
_breaker = Breaker("The broker")
_workers_here: Callable[[str, int], None] | None = None


def deliver_here(workers: Callable[[str, int], None] | None) -> None:
    """Hand wake-ups (queue, how many) to workers in this process instead of a broker; None ends that."""
    global _workers_here
    _workers_here = workers


def on_commit(queue: str) -> None:
    """Send one wake-up when the transaction in hand commits (at once outside one)."""
    transaction.on_commit(lambda: send(queue), robust=True)


def send(queue: str, count: int = 1) -> None:
    """Send wake-ups now. A broker that is away is no error: workers look for due jobs themselves (`jobs.polling`)."""
    if _muted.get():
        return
    if _workers_here is not None:
        _workers_here(str(queue), count)
        return
    nobody = str(settings.CELERY_BROKER_URL).startswith("memory:")
    if nobody or _breaker.open:
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
