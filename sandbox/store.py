"""The sandbox's state: one SQLite file, short IMMEDIATE transactions, one connection per thread."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.clock import Clock
from sandbox.schema import DDL, TABLES
from sandbox.settings import DEFAULTS
from sandbox.starting import Value

Row = sqlite3.Row


class Tx:
    """One open transaction: SQL, settings, and the time at which it began."""

    def __init__(self, connection: sqlite3.Connection, clock: Clock) -> None:
        self._connection = connection
        self._settings: dict[str, str] | None = None
        self._accounts: dict[str, Row | None] = {}
        # What an answer's Date header says: the clock as it is, right or wrong, however far time was moved on.
        self.dated = clock() + self.number("clock.wrong_s")
        self.now = self.dated + self.number("clock.offset_s")

    def run(self, sql: str, *values: object) -> int:
        """Execute one statement; the number of changed rows."""
        return self._connection.execute(sql, values).rowcount

    def one(self, sql: str, *values: object) -> Row | None:
        row: Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, *values: object) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()

    def named(self, sql: str, values: Mapping[str, object]) -> list[Row]:
        """Rows of a statement with `:name` parameters."""
        return self._connection.execute(sql, values).fetchall()

    def count(self, sql: str, *values: object) -> int:
        row = self.one(sql, *values)
        return int(row[0]) if row is not None and row[0] is not None else 0

    def insert(self, table: str, row: Mapping[str, object]) -> None:
        names = ", ".join(row)
        marks = ", ".join("?" for _ in row)
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - names are this package's own
        self._connection.execute(sql, tuple(row.values()))

    def update(self, table: str, key: str, changes: Mapping[str, object]) -> int:
        """Change the row whose `id` is `key`."""
        names = ", ".join(f"{name} = ?" for name in changes)
        sql = f"UPDATE {table} SET {names} WHERE id = ?"  # noqa: S608 - names are this package's own
        return self._connection.execute(sql, (*changes.values(), key)).rowcount

    def setting(self, key: str) -> Value:
        if self._settings is None:
            self._settings = {row[0]: row[1] for row in self.all("SELECT key, value FROM settings")}
        if key not in self._settings:
            return DEFAULTS[key]
        value: Value = json.loads(self._settings[key])
        return value

    def number(self, key: str) -> float:
        return float(self.setting(key))

    def limit(self, key: str) -> int:
        return int(self.setting(key))

    def set(self, key: str, value: Value) -> None:
        self._settings = None
        self.run(
            "INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            key,
            json.dumps(value),
        )

    def secret(self) -> str:
        """A secret of this state file."""
        row = self.one("SELECT value FROM settings WHERE key = 'secret'")
        if row is None:
            self.run("INSERT INTO settings (key, value) VALUES ('secret', ?)", secrets.token_hex(16))
            return self.secret()
        return str(row[0])

    def account(self, account_id: str) -> Row | None:
        """A sample account; read once per transaction."""
        if account_id not in self._accounts:
            self._accounts[account_id] = self.one("SELECT * FROM accounts WHERE id = ?", account_id)
        return self._accounts[account_id]

    def savepoint(self) -> None:
        self._connection.execute("SAVEPOINT handler")

    def undo(self) -> None:
        """Take back everything since the savepoint."""
        self._connection.execute("ROLLBACK TO handler")


class Store:
    """Opens the file, hands out transactions. Writers of this process queue at a lock instead of polling SQLite's."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self.clock = clock
        self._local = threading.local()
        self._writing = threading.Lock()
        self._open: list[sqlite3.Connection] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = self._connect()
        connection.executescript(DDL)

    def _connect(self) -> sqlite3.Connection:
        existing: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if existing is not None:
            return existing
        connection = sqlite3.connect(self.path, timeout=20, isolation_level=None, check_same_thread=False)
        connection.row_factory = Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        self._local.connection = connection
        self._open.append(connection)
        return connection

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        connection = self._connect()
        with self._writing:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Tx(connection, self.clock)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def clear(self, tx: Tx, tables: Sequence[str] = TABLES) -> None:
        for table in tables:
            tx.run(f"DELETE FROM {table}")  # noqa: S608 - names are this package's own

    def close(self) -> None:
        for connection in self._open:
            connection.close()
        self._open.clear()
        self._local = threading.local()


def loads(text: str) -> dict[str, Any]:
    """A JSON object from a `data` column."""
    value: dict[str, Any] = json.loads(text)
    return value
