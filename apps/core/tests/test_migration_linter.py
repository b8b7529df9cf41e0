"""The migration linter: what a migration may do to a table in use, and what `make lint` refuses."""

import shutil
from importlib import import_module
from pathlib import Path

import pytest
from django.contrib.postgres.operations import TrigramExtension
from django.core.management import CommandError, call_command
from django.db import migrations as m
from django.db import models
from django.db.migrations.state import ProjectState
from django.db.models import Q
from django.db.models.functions import Now, Random

from apps.core.database import migration_linter as safe
from apps.core.database.migration_operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    AddTrigramIndexConcurrently,
    AddUniqueConcurrently,
    ValidateConstraint,
)

CUSTOMER = {"to": "shop.customer", "on_delete": models.PROTECT}
INDEX = models.Index(fields=["code"], name="by_code")
CHECK = models.CheckConstraint(condition=Q(count__gte=0), name="count_not_negative")
UNIQUE = models.UniqueConstraint(fields=["code"], name="code_once")


def nothing(apps, schema_editor):
    pass


def add(field: models.Field) -> m.AddField:
    return m.AddField("order", "more", field)


def alter(name: str, field: models.Field) -> m.AlterField:
    return m.AlterField("order", name, field)


def new_table(name: str) -> m.CreateModel:
    return m.CreateModel(name, [("id", models.BigAutoField(primary_key=True))])


def problems(*operations, initial: bool = False, **attributes) -> list[str]:
    """Check a migration of tables that are in use."""
    before = ProjectState()
    tables = m.CreateModel(
        "Order",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("code", models.CharField(max_length=10)),
            ("note", models.TextField(null=True)),
            ("count", models.IntegerField(db_default=0)),
            ("paid_by", models.ForeignKey(**CUSTOMER, null=True, db_constraint=False)),
        ],
        options={
            "indexes": [models.Index(fields=["note"], name="by_note")],
            "constraints": [models.CheckConstraint(condition=Q(count__lt=9), name="count_small")],
        },
    )
    for table in (new_table("Customer"), tables):
        table.state_forwards("shop", before)
    values = {"operations": list(operations), "initial": initial, **attributes}
    return safe.problems_of(type("Migration", (m.Migration,), values)("0002_next", "shop"), before)


@pytest.mark.parametrize(
    ("operation", "problem"),
    [
        (add(models.IntegerField(default=0)), safe.NOT_WRITTEN),
        (add(models.CharField(max_length=9, blank=True, default="")), safe.NOT_WRITTEN),
        (add(models.FloatField(db_default=Random())), safe.REWRITTEN),
        (
            add(
                models.GeneratedField(
                    expression=models.F("count") + 1, output_field=models.IntegerField(), db_persist=True
                )
            ),
            safe.REWRITTEN,
        ),
        (add(models.IntegerField(null=True, db_index=True)), safe.INDEXED),
        (add(models.IntegerField(null=True, unique=True)), safe.INDEXED),
        (add(models.PositiveIntegerField(null=True)), safe.SCANNED),
        (add(models.ForeignKey(**CUSTOMER, null=True)), safe.INDEXED),
        (add(models.ForeignKey(**CUSTOMER, db_default=1, db_index=False)), safe.SCANNED),
        (alter("code", models.CharField(max_length=9)), safe.REWRITTEN),
        (alter("code", models.IntegerField()), safe.REWRITTEN),
        (alter("code", models.CharField(max_length=10, db_collation="C")), safe.REWRITTEN),
        (alter("code", models.CharField(max_length=10, db_column="kode")), safe.RENAMED),
        (alter("code", models.CharField(max_length=10, db_index=True)), safe.INDEXED),
        (alter("code", models.CharField(max_length=10, unique=True)), safe.INDEXED),
        (alter("note", models.TextField(default="")), safe.SCANNED),
        (alter("count", models.PositiveIntegerField(db_default=0)), safe.SCANNED),
        (alter("count", models.IntegerField(default=0)), safe.DEFAULT_LOST),
        (alter("paid_by", models.ForeignKey(**CUSTOMER, null=True)), safe.SCANNED),
        (m.RemoveField("order", "note"), safe.IN_USE),
        (m.RenameField("order", "note", "remark"), safe.RENAMED),
        (m.DeleteModel("Order"), safe.IN_USE),
        (m.RenameModel("Order", "Purchase"), safe.RENAMED),
        (m.AlterModelTable("order", "purchases"), safe.RENAMED),
        (m.AlterUniqueTogether("order", {("code", "count")}), safe.INDEXED),
        (m.AlterOrderWithRespectTo("order", "paid_by"), safe.UNKNOWN),
        (m.AddIndex("order", INDEX), safe.INDEXED),
        (m.AddConstraint("order", CHECK), safe.SCANNED),
        (m.AddConstraint("order", UNIQUE), safe.INDEXED),
        (m.RunPython(nothing), safe.IRREVERSIBLE),
        (m.RunSQL("UPDATE shop_order SET code = 1", m.RunSQL.noop), safe.UNKNOWN),
        (m.SeparateDatabaseAndState([m.AddIndex("order", INDEX)]), safe.INDEXED),
    ],
)
def test_operation_that_would_block_or_break_the_shop_is_refused(operation, problem):
    (found,) = problems(operation)

    assert found.endswith(f": {problem}")


@pytest.mark.parametrize(
    "operation",
    [
        add(models.IntegerField(null=True)),
        add(models.IntegerField(null=True, default=1)),
        add(models.IntegerField(db_default=0)),
        add(models.DateTimeField(db_default=Now())),
        add(models.ForeignKey(**CUSTOMER, null=True, db_index=False)),
        add(models.ManyToManyField("shop.customer")),
        alter("code", models.CharField("label", max_length=10, default="none", help_text="A choice.")),
        alter("code", models.CharField(max_length=50)),
        alter("code", models.CharField(max_length=10, null=True)),
        alter("paid_by", models.ForeignKey("shop.customer", models.CASCADE, null=True, db_constraint=False)),
        m.AlterModelOptions("order", {"ordering": ["pk"]}),
        m.RemoveIndex("order", "by_note"),
        m.RemoveConstraint("order", "count_small"),
        AddConstraintNotValid("order", CHECK),
        ValidateConstraint("order", CHECK.name),
        m.RunPython(nothing, nothing),
        m.SeparateDatabaseAndState(state_operations=[m.RemoveField("order", "note")]),
        TrigramExtension(),
        new_table("Parcel"),
    ],
)
def test_operation_that_the_shop_does_not_notice_is_let_through(operation):
    assert problems(operation) == []


@pytest.mark.parametrize(
    "concurrently",
    [
        AddIndexConcurrently("order", INDEX),
        AddTrigramIndexConcurrently("order", "code", "code_parts"),
        AddUniqueConcurrently("order", UNIQUE),
    ],
)
def test_index_may_be_built_concurrently_outside_of_a_transaction_and_alone(concurrently):
    (in_transaction,) = problems(concurrently)
    (in_company,) = problems(add(models.IntegerField(null=True)), concurrently, atomic=False)

    assert in_transaction.endswith(safe.NOT_OUTSIDE)
    assert in_company.endswith(safe.NOT_OUTSIDE)
    assert problems(concurrently, atomic=False) == []


@pytest.mark.parametrize("slow", [ValidateConstraint("order", CHECK.name), m.RunPython(nothing, nothing)])
def test_what_takes_long_stands_alone(slow):
    (found,) = problems(AddConstraintNotValid("order", CHECK), slow)

    assert found.endswith(safe.NOT_ALONE)


def test_table_that_the_migration_makes_itself_is_free():
    assert problems(new_table("Parcel"), m.AddField("parcel", "weight", models.IntegerField(default=0))) == []


def test_first_migration_of_an_app_is_free():
    assert problems(m.AddIndex("order", INDEX), initial=True) == []


def test_reason_in_the_migration_excuses_its_operation():
    drop = m.RemoveField("order", "note")
    rename = m.RenameField("order", "code", "number")

    (found,) = problems(
        drop, rename, deliberate={"Remove field note from order": "No release since 1.2 knows it."}
    )

    assert found == f"Rename field code on order to number: {safe.RENAMED}"


def test_empty_reason_excuses_nothing():
    (found,) = problems(m.RemoveField("order", "note"), deliberate={"Remove field note from order": " "})

    assert found == f"Remove field note from order: {safe.IN_USE}"


def test_reason_for_nothing_is_told():
    (found,) = problems(add(models.IntegerField(null=True)), deliberate={"Delete model Order": "Why not."})

    assert found == "Delete model Order: it is excused, but nothing is wrong with it"


def test_command_names_the_migration_and_fails(settings, tmp_path: Path, monkeypatch, capsys):
    package = tmp_path / "changed_migrations"
    shutil.copytree(Path(import_module("apps.jobs.migrations").__file__).parent, package)
    (package / "0002_forget.py").write_text(
        "from django.db import migrations\n\n\n"
        "class Migration(migrations.Migration):\n"
        "    dependencies = [('jobs', '0001_initial')]\n"
        "    operations = [migrations.RemoveField('job', 'request_id')]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"jobs": "changed_migrations"}

    with pytest.raises(CommandError, match="1 operation is not safe"):
        call_command("check_migrations")

    assert capsys.readouterr().err == f"jobs.0002_forget: Remove field request_id from job: {safe.IN_USE}\n"


def test_migrations_of_the_store_are_safe(capsys):
    call_command("check_migrations")

    assert capsys.readouterr().out == "No migration would block or break a running store.\n"
