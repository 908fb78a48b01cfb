"""The workers and the scheduler of the embedded mode, inside one process: no broker, no service beside it.

Worker threads sleep until an order of this process wakes them; the scheduler's tick finds what was ordered elsewhere.

`var/up.lock` decides which process runs them. Its holder knows that no other worker lives, so it takes back at once
what a killed predecessor left behind. Every other command just orders jobs and waits on their rows.
"""

import fcntl
import json
import logging
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from django.conf import settings

from core import clock
from core.background_threads import Loop
from jobs import beat, claims, conf, db_connections, runner, wake
from jobs.embedded_scheduler import EmbeddedScheduler
from jobs.leases import keeper, worker_name
from jobs.queues import Queue

logger = logging.getLogger(__name__)

# A render takes its thread for minutes; it must not take one from publishing.
WORKERS: dict[str, tuple[int, tuple[Queue, ...]]] = {
    "rest": (4, (Queue.INTERACTIVE, Queue.DEFAULT, Queue.PUBLISH)),
    "media": (1, (Queue.MEDIA,)),
}
_STOP_S = 1.0


class UpLock:
    """The one holder of `var/up.lock`. The lock falls with the process, however that ends."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or settings.VAR_DIR / "up.lock"
        self._descriptor: int | None = None

    def acquire(self, note: dict[str, Any]) -> bool:
        """Take the lock and leave a note for those who come second; False when somebody holds it."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), **note}).encode(), 0)
        self._descriptor = descriptor
        return True

    def note(self) -> dict[str, Any]:
        """What the holder wrote."""
        try:
            found = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class WorkerThreads:
    """One worker: threads that sleep until somebody wakes them for one of their queues."""

    def __init__(self, name: str, threads: int, queues: Sequence[Queue]) -> None:
        self.name, self.size, self.queues = name, threads, [str(queue) for queue in queues]
        self._wake_ups: SimpleQueue[str | None] = SimpleQueue()
        self._loops = [Loop(f"worker-{name}-{number}", self._step, lambda: 0.0) for number in range(threads)]

    def start(self) -> None:
        """Start the threads and show the worker to operators."""
        for loop in self._loops:
            loop.start()
        keeper.announce_worker(f"{worker_name()}/{self.name}"[:120], sorted(self.queues), self.size)

    def wake(self, queue: str, count: int) -> None:
        """Wake threads; one more than there are would find nothing left to do."""
        for _ in range(min(count, self.size - self._wake_ups.qsize())):
            self._wake_ups.put(queue)

    def stop(self) -> None:
        """End each thread after the job in hand."""
        for loop in self._loops:
            loop.stop()
            self._wake_ups.put(None)

    def join(self, ends_at: float) -> None:
        """Wait for the threads, at most until that moment of the monotonic clock."""
        for loop in self._loops:
            loop.stop(join_s=max(0.001, ends_at - time.monotonic()))
            if loop.alive:
                logger.warning("The thread %s did not end in time.", loop.name)

    def _step(self) -> None:
        queue = self._wake_ups.get()
        if queue is not None:
            runner.answer_wake_up(queue)


class EmbeddedWorkers:
    """The workers and the scheduler on threads of this process. The caller holds the lock."""

    def __init__(self) -> None:
        self._workers = [WorkerThreads(name, threads, queues) for name, (threads, queues) in WORKERS.items()]
        self._schedule = EmbeddedScheduler()
        self._scheduler = Loop(
            "scheduler", self._schedule.run_due, self._schedule.pause_s, first_after_s=0.0, keep_connection=True
        )

    def start(self) -> None:
        """Take over what a dead predecessor left, then start."""
        taken = claims.requeue_running()
        keeper.forget_workers()
        if taken:
            logger.info("%s jobs of the last run are taken over.", taken)
        runner.stopping.clear()
        for worker in self._workers:
            worker.start()
        wake.deliver_here(self._wake)
        beat.sync()
        self._scheduler.start()
        for queue in Queue.values:
            wake.send(queue)
        db_connections.release()

    def stop(self) -> None:
        """Stop claiming, hand running jobs back and kill their children; ends within about a second."""
        runner.stopping.set()
        wake.deliver_here(None)
        self._scheduler.stop()
        for worker in self._workers:
            worker.stop()
        returned = keeper.hand_back()
        if returned:
            logger.info("%s running jobs go on at the next start.", returned)
        ends_at = time.monotonic() + _STOP_S
        while keeper.held() and time.monotonic() < ends_at:
            time.sleep(0.02)
        keeper.withdraw_workers()
        db_connections.release()

    def join(self) -> None:
        """After `stop`: end the threads too, for a process that lives on."""
        ends_at = time.monotonic() + conf.shutdown_grace_s()
        for worker in self._workers:
            worker.join(ends_at)
        self._scheduler.stop(join_s=5)
        keeper.stop()

    def _wake(self, queue: str, count: int) -> None:
        for worker in self._workers:
            if queue in worker.queues:
                worker.wake(queue, count)


@contextmanager
def workers() -> Iterator[bool]:
    """Run the workers here unless another process does; yields whether they run here.

    For commands that order jobs and wait on their rows. In production it never runs any.
    """
    lock = UpLock()
    if not settings.EMBEDDED or not lock.acquire({"since": clock.now().isoformat(), "address": ""}):
        yield False
        return
    embedded = EmbeddedWorkers()
    try:
        embedded.start()
        yield True
    finally:
        embedded.stop()
        embedded.join()
        lock.release()
