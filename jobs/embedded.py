"""The workers and beat of the embedded mode, inside one process: no broker, no service beside it.

`var/up.lock` decides which process runs them. Its holder knows that no other worker lives, so it takes back at once
what a killed predecessor left behind. Every other command just orders jobs and waits on their rows.
"""

import fcntl
import json
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from celery import Celery
from celery.app import app_or_default
from celery.beat import Service
from celery.platforms import EX_OK
from celery.worker import WorkController
from celery.worker import state as worker_state
from django.conf import settings

from core import clock
from core.loops import watchdog
from jobs import claims, conf, db_connections, polling, runner, wake
from jobs.celery_signals import ready
from jobs.leases import keeper
from jobs.queues import Queue

logger = logging.getLogger(__name__)

# A render takes its thread for minutes; it must not take one from publishing.
WORKERS: dict[str, tuple[int, tuple[Queue, ...]]] = {
    "rest": (4, (Queue.INTERACTIVE, Queue.DEFAULT, Queue.PUBLISH)),
    "media": (1, (Queue.MEDIA,)),
}
_STOP_S = 1.0
# What the wiring sets beside the project's settings.
_SHARED = (
    "task_queues",
    "task_default_exchange",
    "task_default_routing_key",
    "worker_prefetch_multiplier",
    "worker_enable_remote_control",
)


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


class EmbeddedWorkers:
    """Two workers and beat on threads of this process. The caller holds the lock."""

    def __init__(self) -> None:
        self._beat: Any = None
        self._threads: dict[str, threading.Thread] = {}

    def start(self) -> None:
        """Take over what a dead predecessor left, then start."""
        taken = claims.requeue_running()
        keeper.forget_workers()
        if taken:
            logger.info("%s jobs of the last run are taken over.", taken)
        runner.stopping.clear()
        worker_state.should_stop = None
        wake.embedded_workers_run(True)
        for name in WORKERS:
            self._keep(f"worker-{name}", partial(self._worker, name))
        self._keep("beat", self._start_beat)
        for queue in Queue.values:
            wake.send(queue)

    def stop(self) -> None:
        """Stop claiming, hand running jobs back and kill their children; ends within about a second."""
        runner.stopping.set()
        for name in self._threads:
            watchdog.forget(name)
        polling.poller.stop()
        wake.embedded_workers_run(False)
        if self._beat is not None:
            self._beat.stop(wait=False)
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
        # Celery's own way to stop a worker from another thread: its loop looks at this and stops itself.
        vars(worker_state)["should_stop"] = EX_OK
        ends_at = time.monotonic() + conf.shutdown_grace_s()
        for thread in self._threads.values():
            thread.join(max(0.0, ends_at - time.monotonic()))
            if thread.is_alive():
                logger.warning("The thread %s did not end in time.", thread.name)
        keeper.stop()

    def _keep(self, name: str, run: Callable[[], None]) -> None:
        """Run something on a thread, and again should it end before `stop`."""

        def begin() -> None:
            thread = threading.Thread(target=run, name=name, daemon=True)
            self._threads[name] = thread
            thread.start()

        begin()
        watchdog.watch(name, lambda: self._threads[name].is_alive(), begin)

    def _worker(self, name: str) -> None:
        threads, queues = WORKERS[name]
        WorkController(
            app=_app_like(app_or_default(), name),
            pool="threads",
            concurrency=threads,
            hostname=f"{name}@embedded",
            queues=[str(queue) for queue in queues],
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
            loglevel="WARNING",
            ready_callback=ready,
        ).start()

    def _start_beat(self) -> None:
        app = app_or_default()
        self._beat = Service(app, max_interval=1, scheduler_cls=app.conf.beat_scheduler)
        self._beat.start()


def _app_like(app: Celery, name: str) -> Celery:
    """The same application with its own choice of queues (Celery keeps that choice on the application)."""
    twin = Celery(f"{app.main}-{name}", set_as_current=False)
    twin.config_from_object("django.conf:settings", namespace="CELERY")
    twin.conf.update({key: app.conf[key] for key in _SHARED})
    twin.finalize()
    return twin


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
