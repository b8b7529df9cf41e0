"""Operations for migrations of tables that are in use: without a long lock on PostgreSQL, plainly elsewhere.

Django has them for PostgreSQL alone. SQLite has one writer at a time anyway.
"""

from typing import Any, cast

from django.contrib.postgres import operations as postgres
from django.core.management.base import CommandError
from django.db import DatabaseError
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.migrations.operations import AddConstraint, AddIndex
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class AddIndexConcurrently(postgres.AddIndexConcurrently):
    """Create an index while rows are written. Its migration has `atomic = False`, and nothing else."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create the index."""
        plain = not _on_postgresql(schema_editor)
        forwards = AddIndex.database_forwards if plain else postgres.AddIndexConcurrently.database_forwards
        forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop the index."""
        plain = not _on_postgresql(schema_editor)
        backwards = AddIndex.database_backwards if plain else postgres.AddIndexConcurrently.database_backwards
        backwards(self, app_label, schema_editor, from_state, to_state)


class AddUniqueConcurrently(postgres.NotInTransactionMixin, AddConstraint):
    """Forbid doubles, with the index built while rows are written. Its migration is as the one above."""

    atomic = False

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create the index, and let it be the constraint's."""
        if not _on_postgresql(schema_editor):
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        self._ensure_not_in_transaction(schema_editor)
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            statement = cast("Statement", self.constraint.create_sql(model, schema_editor))
            for template in _concurrently(statement.template):
                schema_editor.execute(Statement(template, **statement.parts), params=None)


class AddConstraintNotValid(postgres.AddConstraintNotValid):
    """Check new rows from now on; the old ones wait for ValidateConstraint in the next migration."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Add the constraint."""
        plain = not _on_postgresql(schema_editor)
        forwards = (
            AddConstraint.database_forwards if plain else postgres.AddConstraintNotValid.database_forwards
        )
        forwards(self, app_label, schema_editor, from_state, to_state)


class ValidateConstraint(postgres.ValidateConstraint):
    """Check the old rows while they are read and written; nothing is left to do on other databases."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Validate the constraint."""
        if _on_postgresql(schema_editor):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class TrigramExtension(postgres.TrigramExtension):
    """Make the extension pg_trgm, which comes with PostgreSQL. The owner of the database may do that."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Make the extension. Raises CommandError where that is not allowed, with what is to do."""
        try:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        except DatabaseError as error:
            raise CommandError(
                f"{str(error).strip()}\nThe search needs PostgreSQL's extension pg_trgm. Let an "
                "administrator run CREATE EXTENSION pg_trgm in the store's database, and migrate again: see "
                "docs/operations.md, The extension pg_trgm."
            ) from error


class AddTrigramIndex(Operation):
    """Create an index that finds parts of a text, in a table that is new. Other databases do without.

    It stands in no model's Meta: other databases have nothing like it.
    """

    concurrently = ""

    def __init__(self, model_name: str, expression: str, name: str) -> None:
        self.model_name, self.expression, self.name = model_name, expression, name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what a migration repeats."""
        return type(self).__name__, [self.model_name, self.expression, self.name], {}

    def describe(self) -> str:
        """Return what it does, in words."""
        return f"Create trigram index {self.name} on {self.model_name}"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the models as they are."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create the index, on PostgreSQL."""
        model = to_state.apps.get_model(app_label, self.model_name)
        if _on_postgresql(schema_editor) and self.allow_migrate_model(schema_editor.connection.alias, model):
            schema_editor.execute(
                f"CREATE INDEX{self.concurrently} {self.name} ON {model._meta.db_table}"
                f" USING gin ({self.expression} gin_trgm_ops)"
            )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop the index."""
        if _on_postgresql(schema_editor):
            schema_editor.execute(f"DROP INDEX{self.concurrently} IF EXISTS {self.name}")


class AddTrigramIndexConcurrently(postgres.NotInTransactionMixin, AddTrigramIndex):
    """Create such an index while rows are written. Its migration is as that of AddIndexConcurrently."""

    atomic = False
    concurrently = " CONCURRENTLY"

    def describe(self) -> str:
        """Return what it does, in words."""
        return f"Concurrently create trigram index {self.name} on {self.model_name}"

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Create the index."""
        if _on_postgresql(schema_editor):
            self._ensure_not_in_transaction(schema_editor)
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Drop the index."""
        if _on_postgresql(schema_editor):
            self._ensure_not_in_transaction(schema_editor)
        super().database_backwards(app_label, schema_editor, from_state, to_state)


def _concurrently(template: str) -> list[str]:
    if template.startswith("CREATE UNIQUE INDEX"):  # with a condition or an expression there is no constraint
        return [template.replace("INDEX", "INDEX CONCURRENTLY", 1)]
    return [
        "CREATE UNIQUE INDEX CONCURRENTLY %(name)s ON %(table)s (%(columns)s)%(nulls_distinct)s",
        "ALTER TABLE %(table)s ADD CONSTRAINT %(name)s UNIQUE USING INDEX %(name)s%(deferrable)s",
    ]


def _on_postgresql(schema_editor: BaseDatabaseSchemaEditor) -> bool:
    return schema_editor.connection.vendor == "postgresql"
