"""A connection pool that says at once when the server is away, and notices at once when it is back.

The library's own pool lets everybody wait for its whole timeout while the server is away, hands out connections that
died in the meantime, and grows the pauses between its attempts, so that it comes back long after the server did.
"""

import logging
import select
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

logger = logging.getLogger(__name__)

# Who waits for a connection looks this often whether the server went away meanwhile.
_LOOK_S = 0.4
# So often somebody knocks while the server is away.
_KNOCK_S = 0.5
# After this the pool gives an attempt up; knocking is what goes on.
_GIVE_UP_S = 1.0
_AWAY = "The database server cannot be reached."


class Reachability:
    """Whether the server takes connections. While it does not, one thread knocks until it does."""

    def __init__(self, knock: Callable[[], None], every_s: float = _KNOCK_S) -> None:
        self._knock, self._every_s = knock, every_s
        self._away, self._over = threading.Event(), threading.Event()
        self._lock = threading.Lock()

    @property
    def away(self) -> bool:
        return self._away.is_set()

    def lost(self, error: Exception) -> None:
        """A connection could not be made."""
        with self._lock:
            if self._away.is_set():
                return
            self._away.set()
        logger.error("%s %s", _AWAY, error)
        threading.Thread(target=self._until_back, name="database-knock", daemon=True).start()

    def close(self) -> None:
        """Knock no more."""
        self._over.set()

    def _until_back(self) -> None:
        since = time.monotonic()
        while not self._over.wait(self._every_s):
            try:
                self._knock()
            except Exception as error:
                logger.debug("The database server is still away: %s", error)
                continue
            self._away.clear()
            logger.warning("The database server is back after %.1f s.", time.monotonic() - since)
            return


class Pool(ConnectionPool[psycopg.Connection[Any]]):
    """The pool of one process. `getconn` raises `psycopg.OperationalError` within half a second of an outage."""

    def __init__(self, *, kwargs: dict[str, Any], timeout: float = 20.0, **options: Any) -> None:
        self._connect_kwargs = kwargs
        self.reachability = Reachability(self._knock)
        super().__init__(
            connection_class=_watched(self.reachability),
            kwargs=kwargs,
            timeout=timeout,
            reconnect_timeout=_GIVE_UP_S,
            **options,
        )

    def getconn(self, timeout: float | None = None) -> psycopg.Connection[Any]:
        """A living connection. Waits at most `timeout` for others to give one back, and not at all for the server."""
        ends_at = time.monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            # What lies ready may still work: a server that takes no more connections is not away.
            if self.reachability.away and not self.get_stats().get("pool_available"):
                raise psycopg.OperationalError(_AWAY)
            left = ends_at - time.monotonic()
            try:
                connection = super().getconn(timeout=min(_LOOK_S, left))
            except PoolTimeout:
                if left <= _LOOK_S:
                    raise
                continue
            if alive(connection):
                return connection
            self.putconn(connection)

    def close(self, timeout: float = 5.0) -> None:
        self.reachability.close()
        super().close(timeout)

    def _knock(self) -> None:
        psycopg.connect(**self._connect_kwargs).close()


def alive(connection: psycopg.Connection[Any]) -> bool:
    """Whether the server still holds this idle connection.

    Costs a trip only when the server has something to say: to an idle client that is mostly its goodbye.
    """
    try:
        # Not `select`: a process with a thousand sockets has numbers that it cannot take.
        waiting = select.poll()
        waiting.register(connection.fileno(), select.POLLIN)
        if waiting.poll(0):
            ConnectionPool.check_connection(connection)
    except (psycopg.Error, OSError, ValueError):
        connection.close()
        return False
    return True


def _watched(reachability: Reachability) -> type[psycopg.Connection[Any]]:
    class WatchedConnection(psycopg.Connection[Any]):
        """Tells when it could not be made."""

        @classmethod
        def connect(cls, *args: Any, **kwargs: Any) -> Any:
            try:
                return super().connect(*args, **kwargs)
            except psycopg.OperationalError as error:
                reachability.lost(error)
                raise

    return WatchedConnection
