"""Operations for migrations of tables that are in use: without a long lock on PostgreSQL, plainly elsewhere.

Django has them for PostgreSQL alone. SQLite has one writer at a time anyway.
"""

from typing import Any

from django.contrib.postgres import operations as postgres
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddConstraint, AddIndex


class AddIndexConcurrently(postgres.AddIndexConcurrently):
    """Create an index while rows are written. Its migration has `atomic = False`, and nothing else."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any
    ) -> None:
        """Create the index."""
        plain = not _on_postgresql(schema_editor)
        forwards = AddIndex.database_forwards if plain else postgres.AddIndexConcurrently.database_forwards
        forwards(self, app_label, schema_editor, *states)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any
    ) -> None:
        """Drop the index."""
        plain = not _on_postgresql(schema_editor)
        backwards = AddIndex.database_backwards if plain else postgres.AddIndexConcurrently.database_backwards
        backwards(self, app_label, schema_editor, *states)


class AddConstraintNotValid(postgres.AddConstraintNotValid):
    """Check new rows from now on; the old ones wait for ValidateConstraint in the next migration."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any
    ) -> None:
        """Add the constraint."""
        plain = not _on_postgresql(schema_editor)
        forwards = (
            AddConstraint.database_forwards if plain else postgres.AddConstraintNotValid.database_forwards
        )
        forwards(self, app_label, schema_editor, *states)


class ValidateConstraint(postgres.ValidateConstraint):
    """Check the old rows while they are read and written; nothing is left to do on other databases."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: Any
    ) -> None:
        """Validate the constraint."""
        if _on_postgresql(schema_editor):
            super().database_forwards(app_label, schema_editor, *states)


def _on_postgresql(schema_editor: BaseDatabaseSchemaEditor) -> bool:
    return schema_editor.connection.vendor == "postgresql"
