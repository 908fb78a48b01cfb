"""Monitoring: find what is wrong, remember it, and write to the operators.

Runs in the web processes, in a thread of its own: when every worker is dead, somebody must still be able to say so.
Any number of watchers is harmless, because rows decide who begins an alarm and who writes about it.
"""

from collections.abc import Sequence

from core import scope
from core.background_threads import Loop
from jobs import alarms
from jobs.models import Alarm
from notifications import operator_mail
from publishing.insight import alarms as publishing_alarms

EVERY_S = 30.0
# A process that has just started finds the rows of the last one; the new workers need a moment to show themselves.
GRACE_S = 120.0


def watch() -> Sequence[Alarm]:
    """Judge once; the alarms that began. Never raises for a mail that could not be sent."""
    with scope.system("watch over jobs and publishing"):
        begun, ended = alarms.note([*alarms.conditions(), *publishing_alarms.conditions()])
        pending = alarms.to_mail()
        over = [alarm for alarm in ended if alarm.mailed_at is not None]
        if pending and not operator_mail.mail_alarms(pending):
            alarms.mail_again(pending)
        if over:
            operator_mail.mail_end_of_alarms(over)
    return begun


class Watcher:
    """The thread of a web process."""

    def __init__(self, every_s: float = EVERY_S, grace_s: float = GRACE_S) -> None:
        self._loop = Loop("watcher", watch, lambda: every_s, first_after_s=grace_s)
        self._stopped = False

    def start(self) -> None:
        """Begin to watch after the grace; again is harmless, and after `stop` nothing begins."""
        if not self._stopped:
            self._loop.start()

    def stop(self) -> None:
        self._stopped = True
        self._loop.stop()


watcher = Watcher()
