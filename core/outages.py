"""Which of the services we stand on is away, told from the error that its absence caused."""

import logging
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

from core.errors import Unavailable

logger = logging.getLogger(__name__)

RETRY_AFTER_S = 5
# So long nobody asks a service again that has just not answered.
LEAVE_ALONE_S = 2.0
# So long a write that must not be lost is tried.
INSIST_S = 120.0
T = TypeVar("T")
# SQLSTATEs of a server that is going, starting, or takes nobody in at the moment. A lost connection has none.
_AWAY_STATES = ("08", "53", "57P")
# SQLite's words for the same: busy, locked, input or output, full, cannot be opened.
_SQLITE_AWAY = frozenset({5, 6, 10, 13, 14})


class Service(StrEnum):
    """What we stand on."""

    DATABASE = "database"
    CACHE = "cache"
    STORAGE = "storage"


_WORDS = {
    Service.DATABASE: "The database cannot be reached at the moment.",
    Service.CACHE: "Part of the product cannot be reached at the moment.",
    Service.STORAGE: "The file store cannot be reached at the moment.",
}


class Away(Unavailable):
    """A service does not answer. Nothing was wrong with what was asked: asked again later it works."""

    def __init__(self, service: Service, *, retry_after_s: int = RETRY_AFTER_S) -> None:
        message = f"{_WORDS[service]} What was saved is safe; try again in a few seconds."
        super().__init__(f"{service}_away", message, {"retry_after_s": retry_after_s})
        self.service = service
        self.retry_after_s = retry_after_s


def of(error: BaseException | None) -> Away | None:
    """The outage behind an error, or None when it is something else (a bug, a refusal, a conflict)."""
    for each in _causes(error):
        if isinstance(each, Away):
            return each
        if isinstance(each, (OperationalError, InterfaceError)):
            return Away(Service.DATABASE) if _is_away(each.__cause__) else None
        if _is_redis_away(each):
            return Away(Service.CACHE)
    return None


_patient: ContextVar[bool] = ContextVar("core_patient", default=False)


@contextmanager
def patience() -> Iterator[None]:
    """Inside the block nobody waits for an answer: calls may be repeated for seconds before an outage is told."""
    token = _patient.set(True)
    try:
        yield
    finally:
        _patient.reset(token)


def patient() -> bool:
    """Whether the present code may take its time."""
    return _patient.get()


def insist(write: Callable[[], T], *, patience_s: float = INSIST_S) -> T:
    """Do a write whose loss could not be made good, again and again while the database is away. Not in a transaction.

    The write must be one that may be repeated: the answer to its commit may be what was lost.
    """
    gives_up_at = time.monotonic() + patience_s
    pause_s = 0.5
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError) as error:
            if of(error) is None or time.monotonic() >= gives_up_at:
                raise
            logger.warning("What must not be lost could not be written yet: %s", error)
        if not connection.in_atomic_block:
            connection.close()
        time.sleep(pause_s)
        pause_s = min(5.0, pause_s * 2)


class Breaker:
    """Leaves a service alone for a moment after it did not answer, so that not everybody waits for it in turn.

    For services without which the work goes on: who finds the breaker open does without.
    """

    def __init__(self, name: str, leave_alone_s: float = LEAVE_ALONE_S) -> None:
        self._name, self._leave_alone_s = name, leave_alone_s
        self.reset()

    def reset(self) -> None:
        """Forget what was seen."""
        self._until = 0.0
        self._failing = False

    @property
    def open(self) -> bool:
        """Whether the service is to be left alone now."""
        return time.monotonic() < self._until

    def failed(self, error: BaseException) -> None:
        """It did not answer."""
        self._until = time.monotonic() + self._leave_alone_s
        if not self._failing:
            self._failing = True
            logger.error("%s cannot be reached; the work goes on without: %s", self._name, error)

    def worked(self) -> None:
        """It answered."""
        if self._failing:
            self.reset()
            logger.warning("%s answers again.", self._name)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _is_redis_away(error: BaseException) -> bool:
    """Whether Redis did not answer. Only where its client is loaded can an error be one of its own."""
    redis = sys.modules.get("redis.exceptions")
    return redis is not None and isinstance(error, (redis.ConnectionError, redis.TimeoutError))


def _is_away(cause: BaseException | None) -> bool:
    """Whether the driver's error means that the server was not there, rather than that it refused."""
    if isinstance(cause, sqlite3.Error):
        return (getattr(cause, "sqlite_errorcode", 0) or 0) & 0xFF in _SQLITE_AWAY
    state = getattr(cause, "sqlstate", None)
    return state is None or str(state).startswith(_AWAY_STATES)
