"""The tables of a first start are those that the migrations make, and a start knows what is missing."""

import re

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.recorder import MigrationRecorder

from core.db import schema

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="other databases are made by their migrations"),
]


def parts_of(statement: str) -> list[str]:
    """The columns and constraints of CREATE TABLE in one order: a column that came later stands last in one of both."""
    inside = statement[statement.index("(") + 1 : statement.rindex(")")]
    parts, depth, start = [], 0, 0
    for position, sign in enumerate(inside):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and not depth:
            parts.append(inside[start:position])
            start = position + 1
    return sorted(re.sub(r"\s+", " ", part).strip() for part in [*parts, inside[start:]])


def everything(database) -> dict[str, object]:
    with database.cursor() as cursor:
        cursor.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
        return {name: parts_of(sql) if type_ == "table" else sql for type_, name, sql in cursor.fetchall()}


@pytest.fixture
def empty(tmp_path):
    """An empty database in the place of the test's own."""
    own = connections[DEFAULT_DB_ALIAS]
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    other.settings_dict = {**other.settings_dict, "NAME": str(tmp_path / "empty.sqlite3")}
    connections[DEFAULT_DB_ALIAS] = other
    yield other
    connections[DEFAULT_DB_ALIAS] = own
    other.close()


def test_tables_made_at_once_equal_those_of_the_migrations(request) -> None:
    migrated = everything(connection)
    recorded = set(MigrationRecorder(connection).applied_migrations())
    made = request.getfixturevalue("empty")
    schema.bring_up_to_date()
    assert everything(made) == migrated
    assert set(MigrationRecorder(made).applied_migrations()) >= recorded


def test_nothing_is_left_to_do_after_the_first_start(empty, monkeypatch) -> None:
    schema.bring_up_to_date()
    monkeypatch.setattr(schema, "call_command", pytest.fail)
    schema.bring_up_to_date()


def test_a_migration_that_is_not_recorded_is_applied(monkeypatch) -> None:
    called = []
    monkeypatch.setattr(schema, "call_command", lambda *names, **options: called.append(names))
    MigrationRecorder(connection).migration_qs.filter(app="jobs", name="0003_alarms").delete()
    assert schema.missing_migrations(connection) == {("jobs", "0003_alarms")}
    schema.bring_up_to_date()
    assert called == [("migrate",)]
