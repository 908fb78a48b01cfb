"""Alarms for operators: what the job system finds wrong with itself, and the rows that remember it.

Conditions are judged from rows alone, so that any living process can judge them, also when every worker is dead.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from core import clock
from jobs import conf, selectors
from jobs.models import Alarm, Periodic, Worker
from jobs.queues import Queue
from jobs.registry import TICK

logger = logging.getLogger(__name__)

BEAT_SILENT = timedelta(seconds=90)
UNSERVED = timedelta(minutes=2)
REMEMBER_WORKERS = timedelta(minutes=30)
KEEP = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Condition:
    """Something wrong right now. `name` is the same as long as it is the same trouble."""

    name: str
    sentence: str
    details: dict[str, Any] = field(default_factory=dict)


def conditions() -> list[Condition]:
    """What is wrong with workers and beat. System scope."""
    return [*_silent_workers(), *_unserved_queues(), *_silent_beat()]


def _silent_workers() -> list[Condition]:
    """A worker that left says so by deleting its row; one that stopped speaking has died or hangs."""
    now = clock.now()
    late = now - timedelta(seconds=conf.lease_s())
    rows = Worker.objects.filter(seen_at__lt=late, seen_at__gte=now - REMEMBER_WORKERS).order_by("name")
    return [
        Condition(
            f"worker.silent:{row.name}"[:60],
            f"The worker {row.name} has been silent since {row.seen_at:%d %B %Y, %H:%M:%S} UTC. Its jobs were taken "
            "over by others if there are any. Look whether its process still runs.",
            {"worker": row.name, "queues": row.queues, "seen_at": row.seen_at.isoformat()},
        )
        for row in rows
    ]


def _unserved_queues() -> list[Condition]:
    found = []
    for state in selectors.queues():
        if state.due and not state.threads and state.late_s >= UNSERVED.total_seconds():
            sentence = (
                f"{state.due} jobs of the queue “{state.queue}” are due, the oldest for {state.late_s / 60:.0f} "
                "minutes, and no living worker serves it. Start a worker."
            )
            found.append(Condition(f"queue.unserved:{Queue(state.queue)}", sentence, {"due": state.due}))
    return found


def _silent_beat() -> list[Condition]:
    row = Periodic.objects.filter(name=TICK).first()
    if row is None or row.started_at is None or clock.now() - row.started_at < BEAT_SILENT:
        return []
    sentence = (
        f"Beat has sent nothing since {row.started_at:%d %B %Y, %H:%M:%S} UTC. Workers look for due work themselves "
        "meanwhile, some seconds late. Start beat, and look whether Redis and a worker for its messages run."
    )
    return [Condition("beat.silent", sentence, {"seen_at": row.started_at.isoformat()})]


def note(found: Iterable[Condition]) -> tuple[list[Alarm], list[Alarm]]:
    """Open alarms for new conditions, close those that are over; the alarms begun and ended by this very call.

    Any number of processes may call it: one of them begins an alarm, one of them ends it. System scope.
    """
    now = clock.now()
    by_name = {condition.name: condition for condition in found}
    begun, ended = [], []
    for alarm in Alarm.objects.filter(ended_at__isnull=True):
        condition = by_name.pop(alarm.name, None)
        row = Alarm.objects.filter(pk=alarm.pk, ended_at__isnull=True)
        if condition is not None:
            row.update(seen_at=now, sentence=condition.sentence, details=condition.details)
        elif row.update(ended_at=now):
            logger.warning("Over: %s", alarm.sentence)
            ended.append(alarm)
    for condition in by_name.values():
        alarm_or_none = _begin(condition)
        if alarm_or_none is not None:
            logger.error("Alarm: %s", condition.sentence)
            begun.append(alarm_or_none)
    return begun, ended


def _begin(condition: Condition) -> Alarm | None:
    now = clock.now()
    try:
        with transaction.atomic():
            return Alarm.objects.create(
                name=condition.name,
                sentence=condition.sentence,
                details=condition.details,
                began_at=now,
                seen_at=now,
            )
    except IntegrityError:
        return None


def to_mail() -> list[Alarm]:
    """Alarms that nobody has written to the operators about; each is given to one caller only. System scope."""
    rows = Alarm.objects.filter(mailed_at__isnull=True, ended_at__isnull=True).order_by("began_at")
    return [alarm for alarm in rows if Alarm.objects.filter(pk=alarm.pk, mailed_at=None).update(mailed_at=clock.now())]


def mail_again(alarms: Iterable[Alarm]) -> None:
    """The mail did not go out: it is tried again. System scope."""
    Alarm.objects.filter(pk__in=[alarm.pk for alarm in alarms]).update(mailed_at=None)


def open_ones() -> list[Alarm]:
    """What is wrong at present, longest first. System scope."""
    return list(Alarm.objects.filter(ended_at__isnull=True).order_by("began_at"))


def clean_up() -> None:
    """Forget what ended long ago. System scope."""
    Alarm.objects.filter(ended_at__lt=clock.now() - KEEP, ended_at__gte=F("began_at")).delete()
