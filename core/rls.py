"""Row-level security as a migration operation: the second wall behind `for_workspace`."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# Each setting is read once a statement, in a subquery of its own, not once a row. The planner knows neither value, but
# takes an unknown truth for half of the rows: beside the workspace that every query of ours names as a constant, its
# estimate is wrong by 2, where it was wrong by as much as the workspace's share of the table.
_RULE = (
    "(SELECT current_setting('app.scope', true) = 'system') "
    "OR {column} = (SELECT NULLIF(current_setting('app.workspace_id', true), '')::uuid)"
)


def rewrite_policies(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give every table that has the policy its present rule, for a migration after the rule was changed."""
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.tablename, c.column_name IS NOT NULL FROM pg_policies p LEFT JOIN information_schema.columns c "
            "ON c.table_schema = p.schemaname AND c.table_name = p.tablename AND c.column_name = 'workspace_id' "
            "WHERE p.policyname = 'workspace_rows' AND p.schemaname = current_schema()"
        )
        tables = cursor.fetchall()
    for name, has_workspace in tables:
        rule = _RULE.format(column=schema_editor.quote_name("workspace_id" if has_workspace else "id"))
        table = schema_editor.quote_name(name)
        schema_editor.execute(f"ALTER POLICY workspace_rows ON {table} USING ({rule}) WITH CHECK ({rule})")


class EnableRLS(Operation):
    """Force row-level security on a model's table, in the migration that creates it. No-op on SQLite.

    `column` is the workspace's column; the workspace table itself uses `id`.
    """

    reversible = True

    def __init__(self, model_name: str, column: str = "workspace_id") -> None:
        self.model_name = model_name
        self.column = column

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The state of models does not change."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        table = schema_editor.quote_name(to_state.apps.get_model(app_label, self.model_name)._meta.db_table)
        rule = _RULE.format(column=schema_editor.quote_name(self.column))
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"CREATE POLICY workspace_rows ON {table} USING ({rule}) WITH CHECK ({rule})")

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        table = schema_editor.quote_name(from_state.apps.get_model(app_label, self.model_name)._meta.db_table)
        schema_editor.execute(f"DROP POLICY workspace_rows ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        return f"Row-level security on {self.model_name}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__qualname__, [self.model_name], {"column": self.column})
