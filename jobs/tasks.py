"""The Celery tasks (wake-ups and beat's messages) and the job system's own periodic actions."""

from datetime import timedelta

from celery import shared_task

from core import clock
from jobs import alarms, celery_signals, conf, dispatcher, periodic_actions, registry, runner, services
from jobs.models import Worker

celery_signals.connect()


@shared_task(name="jobs.work", ignore_result=True)
def work(queue: str) -> None:
    """Run due jobs of a queue. Which ones is decided by claims, not by the message."""
    runner.answer_wake_up(queue)


@shared_task(name="jobs.run_periodic", ignore_result=True)
def run_periodic(name: str) -> None:
    """Run a periodic action if it is due."""
    with runner.message():
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
