from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from psycopg.pq import Format

from accounts.models import Membership
from core import scope
from core.db.postgresql.cursor import ScopeCursor

pytestmark = pytest.mark.django_db


def session_scope() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.workspace_id', true), current_setting('app.scope', true)")
        row = cursor.fetchone()
        return (row[0] or "", row[1] or "")


class TestNesting:
    def test_inner_scope_ends_with_its_block(self, cast):
        assert scope.current().mode == "system"
        with scope.workspace(cast.workspace.pk):
            assert scope.current().workspace_id == str(cast.workspace.pk)
            assert scope.current().mode == ""
        assert scope.current().mode == "system"

    def test_system_scope_wants_a_reason(self):
        with pytest.raises(ValueError, match="reason"), scope.system(""):
            pass

    def test_a_request_starts_with_nothing_and_gives_back(self, cast):
        with scope.request():
            assert scope.current() == scope.NOTHING
            scope.enter(cast.workspace.pk)
            assert scope.current().workspace_id == str(cast.workspace.pk)
        assert scope.current().mode == "system"


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="row-level security is PostgreSQL's")
class TestSession:
    def test_follows_the_scope(self, cast):
        with scope.workspace(cast.workspace.pk):
            assert session_scope() == (str(cast.workspace.pk), "")
        assert session_scope() == ("", "system")

    def test_is_written_again_after_a_rollback(self, cast):
        with scope.workspace(cast.workspace.pk):
            with transaction.atomic():
                Membership.objects.count()
                transaction.set_rollback(True)
            assert session_scope()[0] == str(cast.workspace.pk)

    def test_a_new_scope_goes_with_the_statement_that_needs_it(self, cast, monkeypatch):
        monkeypatch.setattr(ScopeCursor, "_write", lambda *_: pytest.fail("a message of its own"))
        with scope.workspace(cast.elsewhere.pk):
            assert [row.user for row in Membership.objects.all()] == [cast.charlie]
            assert Membership.objects.filter(user=cast.charlie).update(role="viewer") == 1
        with scope.workspace(cast.workspace.pk):
            assert Membership.objects.filter(user=cast.charlie).update(role="viewer") == 0

    def test_what_shares_no_message_finds_the_scope_written(self, cast):
        with scope.workspace(cast.elsewhere.pk), connection.cursor() as cursor:
            cursor.execute("EXPLAIN SELECT 1")
            assert session_scope() == (str(cast.elsewhere.pk), "")
        with scope.workspace(cast.workspace.pk):
            assert len(list(Membership.objects.iterator())) == 3

    def test_a_statement_that_fails_leaves_the_former_scope(self, cast):
        def fail():
            with transaction.atomic(), scope.workspace(cast.elsewhere.pk), connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")

        with pytest.raises(DataError):
            fail()
        assert session_scope() == ("", "system")
        with scope.workspace(cast.elsewhere.pk):
            assert Membership.objects.count() == 1

    def test_a_cursor_follows_a_scope_that_changes_under_it(self, cast):
        with connection.cursor() as cursor:
            for workspace, count in ((cast.workspace, 3), (cast.elsewhere, 1)):
                with scope.workspace(workspace.pk):
                    cursor.execute("SELECT count(*) FROM accounts_membership WHERE %s = 1", [1])
                    assert cursor.fetchone()[0] == count

    def test_rows_follow_the_scope(self, cast):
        total = Membership.objects.count()
        with scope.workspace(cast.elsewhere.pk):
            assert Membership.objects.count() == 1
        with scope.request():
            assert Membership.objects.count() == 0
        assert total == 4

    def test_a_savepoint_rolls_back_after_an_error_in_an_inner_scope(self, cast):
        def insert_twice():
            with transaction.atomic(), scope.workspace(cast.workspace.pk):
                Membership.objects.create(workspace=cast.workspace, user=cast.bob, role="viewer")

        with pytest.raises(IntegrityError):
            insert_twice()
        assert session_scope() == ("", "system")
        assert Membership.objects.count() == 4


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="how PostgreSQL's instants are read")
def test_instants_are_read_by_the_drivers_own_loader():
    at = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
    with connection.cursor() as cursor:
        loader = cursor.connection.adapters.get_loader(cursor.connection.adapters.types["timestamptz"].oid, Format.TEXT)
        made = loader(1184, cursor.connection)
        assert not isinstance(made, loader)
        cursor.execute("SELECT %s::timestamptz, NULL::timestamptz, '2026-03-29 03:30:00.123456+02'::timestamptz", [at])
        read, nothing, elsewhere = cursor.fetchone()
    assert (read, nothing, elsewhere) == (at, None, at)
    assert read.tzinfo is UTC
    assert read.utcoffset() == timedelta(0)
