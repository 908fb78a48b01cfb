"""Finding due work without a wake-up.

Wake-ups and beat's messages come through the broker. While the broker or beat is away none arrive, so every worker
process also looks into the rows itself every few seconds, and does what somebody else should have begun.
"""

import logging
import threading
from datetime import timedelta

from core import clock, scope
from core.background_threads import Loop
from jobs import claims, conf, periodic_actions, registry, runner
from jobs.embedded_scheduler import due_in_s
from jobs.leases import keeper
from jobs.models import Periodic

logger = logging.getLogger(__name__)

# Nobody was woken for what is due for longer than this.
LATE = timedelta(seconds=5)


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
    """Do what beat's messages would have begun, as often as its rows say.

    The row of the tick itself stays late, so that operators hear of it (`jobs.alarms`).
    """
    with scope.system("stand in for beat"):
        claims.requeue_expired()
    for name, (wait_s, _) in sorted(due_in_s().items()):
        if name != registry.TICK and wait_s <= 0:
            periodic_actions.run_if_due(name)


def _start(queue: str) -> bool:
    threading.Thread(target=runner.answer_wake_up, args=(queue,), name=f"polled-{queue}", daemon=True).start()
    return True


poller = Loop("jobs-poller", look, conf.poll_s)
