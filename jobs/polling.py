"""Looking for work without being told.

Wake-ups and beat's knocks come through the broker. While the broker or beat is away nobody is told anything, so every
worker process also looks into the rows itself every few seconds, and does what somebody else should have begun.
"""

import logging
import threading
from datetime import UTC, datetime, timedelta

from django_celery_beat.models import PeriodicTask

from core import clock, outages, scope
from core.loops import Loop
from jobs import beat, claims, conf, db_connections, periodic_actions, registry, runner
from jobs.leases import keeper
from jobs.models import Periodic

logger = logging.getLogger(__name__)

# What is due for longer than this was told to nobody.
LATE = timedelta(seconds=5)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def look() -> int:
    """Do what is late. Returns how many threads were started for late jobs."""
    if runner.stopping.is_set():
        return 0
    late = clock.now() - LATE
    with scope.system("look for late work"):
        silent = Periodic.objects.filter(name=registry.TICK, due_at__lt=late).exists()
        waiting = set(claims.due().filter(run_at__lt=late).values_list("queue", flat=True).distinct().order_by())
    if silent:
        _stand_in_for_beat()
    return sum(_start(queue) for queue in keeper.queues_with_room(waiting))


def _stand_in_for_beat() -> None:
    """Do what beat's knocks would have begun, as often as its rows say.

    The row of the tick itself stays late, so that operators hear of it (`jobs.alarms`).
    """
    with scope.system("stand in for beat"):
        claims.requeue_expired()
        last = dict(Periodic.objects.values_list("name", "started_at"))
        rows = PeriodicTask.objects.filter(task=beat.TASK, enabled=True).select_related("interval")
        actions = [
            row.name
            for row in rows
            if row.name in registry.periodic_actions
            and row.name != registry.TICK
            and row.interval is not None
            and clock.now() - (last.get(row.name) or LONG_AGO) >= row.interval.schedule.run_every
        ]
    for name in sorted(actions):
        periodic_actions.run_if_due(name)


def _start(queue: str) -> bool:
    threading.Thread(target=_work, args=(queue,), name=f"polled-{queue}", daemon=True).start()
    return True


def _work(queue: str) -> None:
    try:
        with scope.request():
            runner.work(queue)
    except Exception as error:
        logger.warning("Late jobs of %s could not be run: %s", queue, error, exc_info=outages.of(error) is None)
    finally:
        db_connections.release()


poller = Loop("jobs-poller", look, conf.poll_s)
