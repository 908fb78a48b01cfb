"""Django's PostgreSQL backend, with the workspace scope kept in the session (see `core.scope`) and its own pool."""

from collections.abc import Callable
from datetime import UTC
from functools import cache
from typing import Any, ClassVar

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg import adapters
from psycopg.adapt import AdaptersMap
from psycopg.pq import Format
from psycopg.types.datetime import TimestamptzLoader

from core import scope
from core.db.postgresql.cursor import ScopeCursor, statement
from core.db.postgresql.pool import Pool

_OWN_LOADER = adapters.get_loader(base.TIMESTAMPTZ_OID, Format.TEXT)


class UtcLoader(TimestamptzLoader):
    """The driver's own loader of instants, in C, and the zone that Django looks for at it.

    Django's sets the zone of every instant in Python, which takes six times as long. Our sessions are in UTC anyway.
    """

    timezone = UTC

    def __new__(cls, oid: int, context: Any = None) -> Any:
        assert _OWN_LOADER is not None
        return _OWN_LOADER(oid, context)


@cache
def _loading_instants(template: AdaptersMap) -> AdaptersMap:
    found = AdaptersMap(template)
    found.register_loader(base.TIMESTAMPTZ_OID, UtcLoader)
    return found


class DatabaseWrapper(base.DatabaseWrapper):
    """Writes `app.workspace_id` and `app.scope` with the next query whenever the session has another scope."""

    _connection_pools: ClassVar[dict[str, Pool]] = {}
    _configure_connection: Callable[[Any], Any]
    _applied_scope: scope.Scope | None = None

    @property
    def pool(self) -> Pool | None:
        """The pool of this process, when the settings ask for one."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        pools = self._connection_pools
        if self.alias not in pools:
            # Opened by whoever takes the first connection; of two threads that make one here, the first one's stays.
            kwargs = {**self.get_connection_params(), "autocommit": True}
            pools.setdefault(
                self.alias, Pool(kwargs=kwargs, open=False, configure=self._configure_connection, **options)
            )
        return pools[self.alias]

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        return {**params, "context": _loading_instants(params["context"]), "cursor_factory": ScopeCursor}

    def create_cursor(self, name: str | None = None) -> Any:
        cursor = super().create_cursor(name)
        if isinstance(cursor, ScopeCursor):
            cursor.session = None if self.alias == NO_DB_ALIAS else self
        elif (wanted := self.scope_to_write()) is not None:
            # A server-side cursor declares itself in a message of its own.
            with self.connection.cursor() as writer:
                writer.execute(statement(wanted))
            self.scope_written(wanted)
        return cursor

    def scope_to_write(self) -> scope.Scope | None:
        """The scope in force, unless the session has it already."""
        wanted = scope.current()
        return None if wanted == self._applied_scope else wanted

    def scope_written(self, written: scope.Scope | None) -> None:
        """The session has this scope now; None when that is not known."""
        self._applied_scope = written

    def connect(self) -> None:
        self._applied_scope = None
        super().connect()

    def close(self) -> None:
        self._applied_scope = None
        super().close()

    def _close(self) -> None:
        self._applied_scope = None
        super()._close()  # type: ignore[misc]

    def _rollback(self) -> None:
        # A rolled back transaction takes its settings back with it.
        self._applied_scope = None
        super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self._applied_scope = None
