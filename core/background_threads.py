"""Threads that live as long as their process, and the watchdog that starts those again that ended.

A step may raise whatever it likes: a service that is away, a bug. The loop says so, waits longer after each failure in
a row, and goes on.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from django.db import connections

logger = logging.getLogger(__name__)

MOST_PAUSE_S = 30.0
WATCH_EVERY_S = 5.0


def backoff_s(failures: int, first_s: float, most_s: float = MOST_PAUSE_S) -> float:
    """Seconds to wait after so many failures in a row: twice as long each time."""
    return min(most_s, first_s * 2 ** min(failures, 16))


class Loop:
    """A daemon thread that repeats a step every `every_s` seconds, at most `most_pause_s` after a failure.

    Between two steps it holds no database connection, unless `keep_connection` says that it asks all the time.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], object],
        every_s: Callable[[], float],
        *,
        first_after_s: float | None = None,
        most_pause_s: float = MOST_PAUSE_S,
        keep_connection: bool = False,
    ) -> None:
        self.name, self._keep_connection = name, keep_connection
        self._step, self._every_s = step, every_s
        self._first_after_s, self._most_pause_s = first_after_s, most_pause_s
        self._over = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin, or begin again after an end; while it runs this changes nothing."""
        with self._starting:
            if self.alive:
                return
            self._over.clear()
            self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
            self._thread.start()
        watchdog.watch(self.name, lambda: self.alive, self.start)

    def stop(self, join_s: float = 0.0) -> None:
        """End after the step in hand."""
        watchdog.forget(self.name)
        self._over.set()
        if self._thread is not None and join_s:
            self._thread.join(join_s)

    def _run(self) -> None:
        failures = 0
        pause = self._every_s() if self._first_after_s is None else self._first_after_s
        while not self._over.wait(pause):
            failures = self._once(failures)
            pause = self._every_s() if not failures else backoff_s(failures - 1, self._every_s(), self._most_pause_s)
        self._close_connections()

    def _once(self, failures: int) -> int:
        """Run the step; the failures in a row after it."""
        try:
            self._step()
        except Exception as error:
            # The trace once; what follows in a row is the same trouble.
            logger.warning("%s failed and will go on: %s", self.name, error, exc_info=not failures)
            self._close_connections()
            return failures + 1
        if not self._keep_connection:
            self._close_connections()
        if failures:
            logger.warning("%s works again after %d failures.", self.name, failures)
        return 0

    @staticmethod
    def _close_connections() -> None:
        with suppress(Exception):
            connections.close_all()


class Watchdog:
    """Starts again what should live as long as the process and has ended."""

    def __init__(self, every_s: float = WATCH_EVERY_S) -> None:
        self._every_s = every_s
        self.reset()

    def reset(self) -> None:
        """Watch nothing (also in a forked child, which has none of its parent's threads)."""
        self._watched: dict[str, tuple[Callable[[], bool], Callable[[], None]]] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def watch(self, name: str, alive: Callable[[], bool], restart: Callable[[], None]) -> None:
        """Call `restart` whenever `alive` says no, until the name is forgotten."""
        with self._lock:
            self._watched[name] = (alive, restart)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                self._thread.start()

    def forget(self, name: str) -> None:
        """What is stopped on purpose stays stopped."""
        with self._lock:
            self._watched.pop(name, None)

    def look(self) -> list[str]:
        """Look once; the names of what was started again."""
        with self._lock:
            watched = dict(self._watched)
        restarted = []
        for name, (alive, restart) in watched.items():
            if alive() or not self._still_watched(name):
                continue
            logger.error("%s had ended, which it never should. It is started again.", name)
            try:
                restart()
            except Exception:
                logger.exception("%s could not be started again; the next look tries once more.", name)
            else:
                restarted.append(name)
        return restarted

    def _still_watched(self, name: str) -> bool:
        with self._lock:
            return name in self._watched

    def _run(self) -> None:
        while True:
            time.sleep(self._every_s)
            with suppress(Exception):
                self.look()


watchdog = Watchdog()
os.register_at_fork(after_in_child=watchdog.reset)
