"""The Celery tasks (wake-ups and beat's knocks) and the job system's own periodic actions."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from celery import shared_task

from core import clock, outages, scope
from jobs import alarms, celery_signals, conf, db_connections, dispatcher, periodic_actions, registry, runner, services
from jobs.models import Worker

logger = logging.getLogger(__name__)

celery_signals.connect()


@contextmanager
def _message() -> Iterator[None]:
    """What a message starts: with a scope of its own, and without a trace for each message during an outage."""
    try:
        with scope.request():
            yield
    except Exception as error:
        away = outages.of(error)
        if away is None:
            raise
        logger.warning("Not now: %s", error)
    finally:
        db_connections.release()


@shared_task(name="jobs.work", ignore_result=True)
def work(queue: str) -> None:
    """Run due jobs of a queue. Which ones is decided by claims, not by the message."""
    with _message():
        runner.work(queue)


@shared_task(name="jobs.run_periodic", ignore_result=True)
def run_periodic(name: str) -> None:
    """Run a periodic action if it is due."""
    with _message():
        periodic_actions.run_if_due(name)


@registry.periodic(registry.TICK, every=timedelta(seconds=1))
def tick() -> None:
    """Take back lost jobs and wake free workers."""
    dispatcher.dispatch()


@registry.periodic("jobs.clean_up", every=timedelta(hours=1))
def clean_up() -> None:
    """Delete old jobs, and the rows of workers that vanished."""
    services.clean_up()
    alarms.clean_up()
    Worker.objects.filter(seen_at__lt=clock.now() - timedelta(seconds=10 * conf.lease_s())).delete()
