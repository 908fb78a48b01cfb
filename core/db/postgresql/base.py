"""Django's PostgreSQL backend, with the workspace scope kept in the session (see `core.scope`)."""

from typing import Any

from django.db.backends.postgresql import base

from core import scope


class DatabaseWrapper(base.DatabaseWrapper):
    """Writes `app.workspace_id` and `app.scope` before a query whenever the wanted scope differs from the session's."""

    _applied_scope: scope.Scope | None = None
    _rolling_back = False

    def _cursor(self, name: str | None = None) -> Any:
        self.ensure_connection()
        wanted = scope.current()
        if wanted != self._applied_scope and not self.needs_rollback and not self._rolling_back:
            with self.connection.cursor() as cursor:
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
