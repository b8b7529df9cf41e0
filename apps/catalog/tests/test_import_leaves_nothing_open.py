"""An import gives back what it has kept beside the file, however it ends."""

import sqlite3
from types import SimpleNamespace

import pytest
from django.core.management import CommandError

from apps.catalog.product_import import rows
from apps.catalog.tests.import_pages import checked

GOOD = ("sku,name,price,category", "T-1,Leaves,1.00,Tea")
FILES = {
    "good": GOOD,
    "bad row": (*GOOD, "T-1,Leaves,1.00,Tea"),
    "no table of products": ("sku,name",),
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def is_closed(monkeypatch):
    """Return a function that tells of each database that the import has opened whether it is closed."""
    opened = []

    def connect(*arguments, **options):
        opened.append(sqlite3.connect(*arguments, **options))
        return opened[-1]

    monkeypatch.setattr(rows, "sqlite3", SimpleNamespace(connect=connect))
    yield lambda: [_refuses(database) for database in opened]
    for database in opened:
        database.close()


def _refuses(database: sqlite3.Connection) -> bool:
    try:
        database.execute("SELECT 1")
    except sqlite3.ProgrammingError:
        return True
    return False


def test_command_that_reads_the_file_twice_closes_both_databases(load, is_closed):
    load(*GOOD)

    assert is_closed() == [True, True]


@pytest.mark.parametrize("name", ["bad row", "no table of products"])
def test_command_that_refuses_closes_its_database(load, is_closed, name):
    with pytest.raises(CommandError):
        load(*FILES[name])

    assert is_closed() == [True]


@pytest.mark.parametrize(
    ("name", "status"), [("good", "checked"), ("bad row", "checked"), ("no table of products", "unusable")]
)
def test_job_that_checks_closes_its_database(client, staff, is_closed, name, status):
    client.force_login(staff)

    upload = checked(client, *FILES[name])

    assert upload.status == status
    assert is_closed() == [True]
