"""The cursor that sends the workspace scope along with the first statement that needs it."""

from functools import lru_cache
from typing import Any, Protocol

import psycopg
from django.db.backends.postgresql import base
from psycopg import sql

from core.scope import Scope

# Other statements (maintenance, copies) may refuse to share a message.
_SHARES = ("SELECT", "(SELECT", "WITH", "INSERT", "UPDATE", "DELETE")
# They read no row, and a rollback must be the only statement of a failed transaction.
_NEEDS_NO_SCOPE = ("SAVEPOINT", "RELEASE", "ROLLBACK")


class Session(Protocol):
    """Who knows which scope the session has."""

    def scope_to_write(self) -> Scope | None: ...
    def scope_written(self, scope: Scope | None) -> None: ...


@lru_cache(maxsize=256)
def statement(scope: Scope) -> str:
    """The statement that writes a scope into the session."""
    workspace_id, mode = sql.quote(scope.workspace_id), sql.quote(scope.mode)
    return f"SELECT set_config('app.workspace_id', {workspace_id}, false), set_config('app.scope', {mode}, false)"


class ScopeCursor(base.CursorMixin, psycopg.ClientCursor[Any]):
    """Costs no trip for a new scope: it goes in the same message as the next statement.

    Both are one implicit transaction. If the statement fails, the session keeps the scope it had.
    """

    session: Session | None = None

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        wanted = self.session.scope_to_write() if self.session else None
        if self.session is None or wanted is None or _starts(query, _NEEDS_NO_SCOPE):
            return super().execute(query, params, **options)
        if not _starts(query, _SHARES):
            self._write(self.session, wanted)
            return super().execute(query, params, **options)
        try:
            super().execute(f"{statement(wanted)};{query}", params, **options)
        except BaseException:
            self.session.scope_written(None)
            raise
        self.nextset()
        self.session.scope_written(wanted)
        return self

    def executemany(self, query: Any, params_seq: Any, **options: Any) -> Any:
        wanted = self.session.scope_to_write() if self.session else None
        if self.session is not None and wanted is not None:
            self._write(self.session, wanted)
        return super().executemany(query, params_seq, **options)

    def _write(self, session: Session, wanted: Scope) -> None:
        super().execute(statement(wanted))
        session.scope_written(wanted)


def _starts(query: Any, words: tuple[str, ...]) -> bool:
    return isinstance(query, str) and query[:16].lstrip().upper().startswith(words)
