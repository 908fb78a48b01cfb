"""Row-level security on every workspace table; migrations both ways; nothing left unmigrated."""

import io

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from core import scope
from core.models import WorkspaceOwned

pytestmark = pytest.mark.django_db

TABLES = sorted(model._meta.db_table for model in apps.get_models() if issubclass(model, WorkspaceOwned))
on_postgres = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="row-level security is PostgreSQL's")


class TestRowLevelSecurity:
    @on_postgres
    def test_every_workspace_table_forces_a_policy(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.relname FROM pg_class c JOIN pg_policies p ON p.tablename = c.relname "
                "WHERE c.relrowsecurity AND c.relforcerowsecurity"
            )
            protected = {row[0] for row in cursor.fetchall()}
        assert {*TABLES, "accounts_workspace"} - protected == set()

    @on_postgres
    def test_every_table_with_a_workspace_column_is_protected(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name FROM information_schema.columns WHERE column_name = 'workspace_id' "
                "AND table_schema = 'public'"
            )
            tables = {row[0] for row in cursor.fetchall()}
            cursor.execute("SELECT tablename FROM pg_policies")
            protected = {row[0] for row in cursor.fetchall()}
        assert tables - protected == set()

    @on_postgres
    def test_the_role_cannot_step_around(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user")
            assert cursor.fetchone()[0] is False

    @on_postgres
    def test_without_a_scope_every_table_is_empty(self, cast):
        with scope.request():
            for table in TABLES:
                with connection.cursor() as cursor:
                    cursor.execute(f'SELECT count(*) FROM "{table}"')
                    assert cursor.fetchone()[0] == 0, table

    def test_there_are_tables_to_protect(self):
        assert "accounts_membership" in TABLES


class TestMigrations:
    def test_models_and_migrations_agree(self):
        call_command("makemigrations", check=True, dry_run=True, stdout=io.StringIO())

    def test_every_app_of_the_house_with_models_has_migrations(self):
        for name in settings.HOUSE:
            config = apps.get_app_config({"scripts_app": "scripts"}.get(name, name))
            if list(config.get_models()):
                assert (settings.BASE_DIR / name / "migrations" / "0001_initial.py").exists(), name
