"""The rows of django-celery-beat: one for each periodic action, made after every migration, edited by operators."""

import json
from typing import Any

from django.db import connections
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from jobs import registry
from jobs.models import Periodic
from jobs.queues import Queue

TASK = "jobs.run_periodic"
# A message that nobody took is stale soon; the next one is coming.
_EXPIRES_S = 30


def after_migrate(using: str, **_: Any) -> None:
    """Complete the rows once the tables exist (a migration back to zero leaves none)."""
    tables = set(connections[using].introspection.table_names())
    if {Periodic._meta.db_table, PeriodicTask._meta.db_table} <= tables:
        sync()


def sync() -> None:
    """Make the missing rows, remove those of actions that are gone, leave what operators changed."""
    known = set(PeriodicTask.objects.filter(task=TASK).values_list("name", flat=True))
    for action in registry.periodic_actions.values():
        if action.name not in known:
            every = max(1, int(action.every.total_seconds()))
            interval = IntervalSchedule.objects.filter(every=every, period=IntervalSchedule.SECONDS).first()
            interval = interval or IntervalSchedule.objects.create(every=every, period=IntervalSchedule.SECONDS)
            PeriodicTask.objects.create(
                name=action.name,
                task=TASK,
                args=json.dumps([action.name]),
                interval=interval,
                queue=Queue.DEFAULT,
                expire_seconds=_EXPIRES_S,
            )
    gone = known - set(registry.periodic_actions)
    if gone:
        PeriodicTask.objects.filter(task=TASK, name__in=gone).delete()
