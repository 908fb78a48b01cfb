"""What beat's tick does: take back lost jobs, and wake as many workers as are free and needed."""

from datetime import timedelta

from django.db.models import Count

from core import clock
from jobs import claims, conf, wake
from jobs.models import Job, Status, Worker
from jobs.queues import URGENCY


def dispatch() -> dict[str, int]:
    """Sweep and wake. Returns the wake-ups sent by queue. In the system scope."""
    claims.requeue_expired()
    waiting = dict(claims.due().values_list("queue").annotate(n=Count("pk")).order_by())
    if not waiting:
        return {}
    sent: dict[str, int] = {}
    for queues, free in _free_threads().items():
        for queue in (name for name in URGENCY if name in queues):
            count = min(waiting.get(queue, 0), free)
            if count > 0:
                wake.send(queue, count)
                waiting[queue] -= count
                free -= count
                sent[queue] = sent.get(queue, 0) + count
    return sent


def _free_threads() -> dict[frozenset[str], int]:
    """Threads without a job, by the set of queues they serve."""
    alive = Worker.objects.filter(seen_at__gte=clock.now() - timedelta(seconds=conf.lease_s()))
    threads: dict[frozenset[str], int] = {}
    for worker in alive:
        queues = frozenset(worker.queues.split(","))
        threads[queues] = threads.get(queues, 0) + worker.threads
    busy = dict(
        Job.objects.filter(status=Status.RUNNING).values_list("queue").annotate(n=Count("pk")).order_by()
    )  # fmt: skip
    return {queues: max(0, size - sum(busy.get(name, 0) for name in queues)) for queues, size in threads.items()}
