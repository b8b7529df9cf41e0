"""The operations for tables in use do the same on PostgreSQL, without a long lock, and on SQLite."""

from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection, models
from django.db.migrations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from apps.core.database.migration_operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    AddUniqueConcurrently,
    ValidateConstraint,
)

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]

INDEX = models.Index(fields=["count"], name="common_parcel_by_count")
CHECK = models.CheckConstraint(condition=Q(count__gte=0), name="common_parcel_count_not_negative")


@pytest.fixture
def parcels() -> Iterator[ProjectState]:
    """Make a table of parcels, with three rows in it, and give the state of its model."""
    state = ProjectState()
    fields = [("id", models.BigAutoField(primary_key=True)), ("count", models.IntegerField())]
    table = CreateModel("Parcel", fields)
    forwards(table, state)
    parcel = state.apps.get_model("common", "parcel")
    parcel.objects.bulk_create(parcel(count=count) for count in range(3))
    yield state
    with connection.schema_editor() as editor:
        editor.delete_model(parcel)


def forwards(operation: Operation, state: ProjectState) -> list[str]:
    """Run the operation outside of a transaction, note it in the state, and return its SQL."""
    before = state.clone()
    operation.state_forwards("common", state)
    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        connection.schema_editor(atomic=False) as editor,
    ):
        operation.database_forwards("common", editor, before, state)
    return [query["sql"] for query in queries]


def found_in_database() -> dict:
    with connection.cursor() as cursor:
        return connection.introspection.get_constraints(cursor, "common_parcel")


def test_index_is_made_and_taken_back(parcels: ProjectState):
    before = parcels.clone()
    operation = AddIndexConcurrently("parcel", INDEX)

    made_by = forwards(operation, parcels)
    made = found_in_database()
    with CaptureQueriesContext(connection) as queries, connection.schema_editor(atomic=False) as editor:
        operation.database_backwards("common", editor, parcels, before)

    assert made[INDEX.name]["columns"] == ["count"]
    assert INDEX.name not in found_in_database()
    for statement in (made_by[-1], queries[-1]["sql"]):
        assert ("CONCURRENTLY" in statement) is (connection.vendor == "postgresql")


@pytest.mark.parametrize("condition", [None, Q(count__gt=0)])
def test_doubles_are_refused_from_then_on(parcels: ProjectState, condition: Q | None):
    once = models.UniqueConstraint(fields=["count"], condition=condition, name="common_parcel_count_once")
    before = parcels.clone()
    operation = AddUniqueConcurrently("parcel", once)

    made_by = forwards(operation, parcels)
    with pytest.raises(IntegrityError):
        parcels.apps.get_model("common", "parcel").objects.create(count=2)
    made = found_in_database()
    with connection.schema_editor(atomic=False) as editor:
        operation.database_backwards("common", editor, parcels, before)

    assert made[once.name]["unique"]
    assert once.name not in found_in_database()
    assert any("CONCURRENTLY" in statement for statement in made_by) is (connection.vendor == "postgresql")


def test_constraint_holds_for_new_rows_and_can_be_validated(parcels: ProjectState):
    added_by = forwards(AddConstraintNotValid("parcel", CHECK), parcels)
    validated_by = forwards(ValidateConstraint("parcel", CHECK.name), parcels)

    parcel = parcels.apps.get_model("common", "parcel")
    with pytest.raises(IntegrityError, match=CHECK.name):
        parcel.objects.create(count=-1)
    assert sorted(parcel.objects.values_list("count", flat=True)) == [0, 1, 2]
    assert found_in_database()[CHECK.name]["check"]
    if connection.vendor == "postgresql":
        assert added_by[-1].endswith("NOT VALID")
        assert "VALIDATE CONSTRAINT" in validated_by[-1]
    else:
        assert all(statement.startswith("PRAGMA") for statement in validated_by)


@pytest.mark.postgres
def test_rows_of_before_wait_for_the_validation(parcels: ProjectState):
    parcels.apps.get_model("common", "parcel").objects.create(count=-1)

    forwards(AddConstraintNotValid("parcel", CHECK), parcels)

    with pytest.raises(IntegrityError, match=CHECK.name):
        forwards(ValidateConstraint("parcel", CHECK.name), parcels)
