"""Django's PostgreSQL backend, with the workspace scope kept in the session (see `core.scope`) and its own pool."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base

from core import scope
from core.db.postgresql.pool import Pool


class DatabaseWrapper(base.DatabaseWrapper):
    """Writes `app.workspace_id` and `app.scope` before a query whenever the wanted scope differs from the session's."""

    _connection_pools: ClassVar[dict[str, Pool]] = {}
    _configure_connection: Callable[[Any], Any]
    _applied_scope: scope.Scope | None = None
    _rolling_back = False

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

    def _cursor(self, name: str | None = None) -> Any:
        self.ensure_connection()
        wanted = scope.current()
        if wanted != self._applied_scope and not self.needs_rollback and not self._rolling_back:
            # Inside Django's wrapper, so that a lost connection is Django's OperationalError as everywhere else.
            with self.wrap_database_errors, self.connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('app.workspace_id', %s, false), set_config('app.scope', %s, false)",
                    [wanted.workspace_id, wanted.mode],
                )
            self._applied_scope = wanted
        return super()._cursor(name)  # type: ignore[misc]

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
        # After an error the session takes nothing but this rollback, which also takes the settings back.
        self._rolling_back = True
        try:
            super()._savepoint_rollback(sid)  # type: ignore[misc]
        finally:
            self._rolling_back = False
            self._applied_scope = None
