import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import Membership
from core import scope

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
