"""The check that a migration takes no long lock and works beside the previous release, which still runs.

It knows the models before and after each operation, and PostgreSQL's types, but needs no database. What it
cannot judge, or refuses, may give its reason: `deliberate = {"Remove field note from page": "since 1.2 …"}`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.postgres.operations import CreateExtension
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import CheckConstraint, Expression, Value
from django.db.models.functions import Now
from django.db.utils import ConnectionHandler

from apps.core.database.migration_operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    AddTrigramIndex,
    AddTrigramIndexConcurrently,
    AddUniqueConcurrently,
    ValidateConstraint,
)

OUR_APPS = "apps."

SCANNED = "nobody can use the table while every row is checked"
REWRITTEN = "nobody can use the table while it is rewritten"
INDEXED = "nobody can write to the table while the index is built"
IN_USE = "the previous release still uses it"
RENAMED = "the previous release knows the old name only"
NOT_WRITTEN = (
    "the previous release cannot insert a row, not knowing the column: give it db_default or null=True"
)
DEFAULT_LOST = "the previous release cannot insert a row, relying on the default of the database"
IRREVERSIBLE = "it cannot be reversed: give it a reverse, at least RunPython.noop"
NOT_ALONE = "it works while the locks of the other operations are held: give it a migration of its own"
NOT_OUTSIDE = "it needs a migration of its own with atomic = False"
UNKNOWN = "what it does cannot be judged"


@dataclass
class Step:
    """A migration on its way: the models as they stand before the next operation, the tables made so far."""

    migration: Migration
    before: ProjectState
    new_models: set[str] = field(default_factory=set)

    def is_new(self, operation: Operation) -> bool:
        """Tell whether the operation is about a table that this migration makes: nobody uses it yet."""
        name = getattr(operation, "model_name", getattr(operation, "name", ""))
        return str(name).lower() in self.new_models

    def go_on(self, operation: Operation) -> None:
        """Take the operation into account."""
        if isinstance(operation, operations.CreateModel):
            self.new_models.add(operation.name_lower)
        operation.state_forwards(self.migration.app_label, self.before)

    def columns(self, operation: operations.AddField | operations.AlterField) -> tuple[Any, Any]:
        """Return the field before the operation, None when there is none yet, and after it."""
        after = self.before.clone()
        operation.state_forwards(self.migration.app_label, after)
        adds = isinstance(operation, operations.AddField)
        # Of a clone: a state whose models were made keeps making them anew.
        old = None if adds else self._field(self.before.clone(), operation)
        return old, self._field(after, operation)

    def _field(self, state: ProjectState, operation: Any) -> Any:
        model = state.apps.get_model(self.migration.app_label, operation.model_name)
        return model._meta.get_field(operation.name)


Rule = Callable[[Any, Step], str]


def unsafe_operations() -> list[str]:
    """Say what is wrong with each operation of the store's own migrations that would hurt a running store."""
    loader = MigrationLoader(None)
    return [
        f"{app_label}.{name}: {problem}"
        for (app_label, name), migration in sorted(loader.graph.nodes.items())
        if apps.get_app_config(app_label).name.startswith(OUR_APPS)
        for problem in problems_of(migration, loader.project_state((app_label, name), at_end=False))
    ]


def problems_of(migration: Migration, before: ProjectState) -> list[str]:
    """Say what is wrong with the migration, whose tables and models stand as in `before`."""
    if migration.initial:
        return []
    excuses = dict(getattr(migration, "deliberate", {}))
    problems = []
    for description, problem in _judged(migration.operations, Step(migration, before)):
        if not excuses.pop(description, "").strip():
            problems.append(f"{description}: {problem}")
    return problems + [
        f"{description}: it is excused, but nothing is wrong with it" for description in excuses
    ]


def _judged(steps: Sequence[Operation], step: Step) -> Iterator[tuple[str, str]]:
    for operation in steps:
        if isinstance(operation, operations.SeparateDatabaseAndState):
            inner = Step(step.migration, step.before.clone(), step.new_models)
            yield from _judged(operation.database_operations, inner)
        elif not step.is_new(operation) and (problem := _rule(operation)(operation, step)):
            yield operation.describe(), problem
        step.go_on(operation)


def _rule(operation: Operation) -> Rule:
    return next((RULES[kind] for kind in type(operation).__mro__ if kind in RULES), _says(UNKNOWN))


def _says(problem: str) -> Rule:
    def rule(operation: Operation, step: Step) -> str:
        return problem

    return rule


def _add_field(operation: operations.AddField, step: Step) -> str:
    _nothing, new = step.columns(operation)
    if new.many_to_many:  # it gets a table of its own
        return ""
    volatile = isinstance(new.db_default, Expression) and not isinstance(new.db_default, (Value, Now))
    filled = new.has_default() or new.has_db_default()
    return _first(
        (new.generated or (new.has_db_default() and volatile), REWRITTEN),
        (not new.null and not new.has_db_default(), NOT_WRITTEN),
        (new.unique or new.db_index, INDEXED),
        (_kind(new)["check"] or (_target(new) and filled), SCANNED),
    )


def _alter_field(operation: operations.AlterField, step: Step) -> str:
    old, new = step.columns(operation)
    was, becomes = _kind(old), _kind(new)
    gains_index = (new.unique and not old.unique) or (new.db_index and not (old.db_index or old.unique))
    gains_check = becomes["check"] not in (None, was["check"])
    gains_target = _target(new) not in (None, _target(old))
    return _first(
        (new.column != old.column, RENAMED),
        (not _same_on_disk(was, becomes), REWRITTEN),
        (old.null and not new.null, SCANNED),
        (gains_check or gains_target, SCANNED),
        (gains_index, INDEXED),
        (old.has_db_default() and not new.has_db_default() and not new.null, DEFAULT_LOST),
    )


def _add_constraint(operation: operations.AddConstraint, step: Step) -> str:
    return SCANNED if isinstance(operation.constraint, CheckConstraint) else INDEXED


def _build_concurrently(operation: Operation, step: Step) -> str:
    return NOT_OUTSIDE if step.migration.atomic or _has_company(operation, step) else ""


def _validate_constraint(operation: ValidateConstraint, step: Step) -> str:
    # Outside of a transaction, each of them gives its lock back before the next one.
    among_equals = all(isinstance(other, ValidateConstraint) for other in step.migration.operations)
    alone = not _has_company(operation, step) or (among_equals and not step.migration.atomic)
    return "" if alone else NOT_ALONE


def _run_python(operation: operations.RunPython, step: Step) -> str:
    return _first((not operation.reversible, IRREVERSIBLE), (_has_company(operation, step), NOT_ALONE))


RULES: dict[type[Operation], Rule] = {
    operations.CreateModel: _says(""),
    operations.AlterModelOptions: _says(""),
    operations.AlterModelManagers: _says(""),
    operations.AlterModelTableComment: _says(""),
    operations.RenameIndex: _says(""),
    operations.RemoveIndex: _says(""),
    operations.RemoveConstraint: _says(""),
    operations.AlterConstraint: _says(""),
    CreateExtension: _says(""),
    AddConstraintNotValid: _says(""),
    operations.AddField: _add_field,
    operations.AlterField: _alter_field,
    operations.RemoveField: _says(IN_USE),
    operations.RenameField: _says(RENAMED),
    operations.DeleteModel: _says(IN_USE),
    operations.RenameModel: _says(RENAMED),
    operations.AlterModelTable: _says(RENAMED),
    operations.AlterUniqueTogether: _says(INDEXED),
    operations.AddIndex: _says(INDEXED),
    AddIndexConcurrently: _build_concurrently,
    AddTrigramIndex: _says(INDEXED),
    AddTrigramIndexConcurrently: _build_concurrently,
    AddUniqueConcurrently: _build_concurrently,
    operations.AddConstraint: _add_constraint,
    ValidateConstraint: _validate_constraint,
    operations.RunPython: _run_python,
}


def _first(*findings: tuple[Any, str]) -> str:
    return next((problem for found, problem in findings if found), "")


def _has_company(operation: Operation, step: Step) -> bool:
    return len(step.migration.operations) > 1


def _kind(column: Any) -> dict[str, Any]:
    parameters: dict[str, Any] = column.db_parameters(_postgresql())
    return parameters


def _same_on_disk(was: dict[str, Any], becomes: dict[str, Any]) -> bool:
    """Tell whether the types are the same, or texts with a limit that only grows."""
    if was.get("collation") != becomes.get("collation"):
        return False
    limits = [re.fullmatch(r"varchar\((\d+)\)", kind["type"] or "") for kind in (was, becomes)]
    if limits[0] and limits[1]:
        return int(limits[0][1]) <= int(limits[1][1])
    return bool(was["type"] == becomes["type"])


def _target(column: Any) -> str | None:
    """Return the model to which a foreign key's constraint points."""
    return column.remote_field.model._meta.label_lower if getattr(column, "db_constraint", False) else None


@cache
def _postgresql() -> BaseDatabaseWrapper:
    """Return a connection that is never opened: it knows PostgreSQL's types, whatever database runs here."""
    return ConnectionHandler({"default": {"ENGINE": "django.db.backends.postgresql"}})["default"]
