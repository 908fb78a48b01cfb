"""When each periodic action is due, for a process that runs them itself instead of being sent beat's messages.

The rows of django-celery-beat say what is to run and how often; operators may change an interval or switch one off.
"""

import time
from datetime import UTC, datetime

from django_celery_beat.models import PeriodicTask

from core import clock, scope
from jobs import beat, periodic_actions, registry
from jobs.models import Periodic

# What operators change takes effect after at most this long.
_READ_AGAIN_S = 15.0
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def due_in_s() -> dict[str, tuple[float, float]]:
    """By enabled action: seconds until it is due (negative when late), and seconds between two runs."""
    with scope.system("read the schedule"):
        last = dict(Periodic.objects.values_list("name", "started_at"))
        rows = list(PeriodicTask.objects.filter(task=beat.TASK, enabled=True).select_related("interval"))
    now = clock.now()
    found = {}
    for row in rows:
        if row.name in registry.periodic_actions and row.interval is not None:
            every_s = row.interval.schedule.run_every.total_seconds()
            since_s = (now - (last.get(row.name) or _LONG_AGO)).total_seconds()
            found[row.name] = (every_s - since_s, every_s)
    return found


class EmbeddedScheduler:
    """Runs the actions as they fall due; between two readings of the rows it asks the database nothing."""

    def __init__(self) -> None:
        self._next: dict[str, tuple[float, float]] = {}
        self._read_at = 0.0

    def run_due(self) -> None:
        """Run what is due, one after the other: the actions are short."""
        if time.monotonic() >= self._read_at:
            now = time.monotonic()
            self._next = {name: (now + wait_s, every_s) for name, (wait_s, every_s) in due_in_s().items()}
            self._read_at = now + _READ_AGAIN_S
        for name, (at, every_s) in sorted(self._next.items(), key=lambda entry: entry[1][0]):
            now = time.monotonic()
            if at <= now:
                self._next[name] = (now + every_s, every_s)
                periodic_actions.run_if_due(name)

    def pause_s(self) -> float:
        """Seconds until the next action is due."""
        soonest = min((at for at, _ in self._next.values()), default=self._read_at)
        return max(0.01, min(soonest, self._read_at) - time.monotonic())
