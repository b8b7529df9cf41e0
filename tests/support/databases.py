"""A second, empty database beside that of the tests, and the rows of whichever is in use."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, transaction

Rows = dict[str, list[tuple[Any, ...]]]


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """Make an empty database on the server or in the folder, give its name, and remove it at the end."""
    if connection.vendor == "sqlite":
        yield str(folder / "empty.sqlite3")
        return
    name = f"empty_{secrets.token_hex(4)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield name
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def using(name: str) -> Iterator[None]:
    """Let the default connection of this thread be one to the named database."""
    usual = connection.settings_dict["NAME"]
    _point_to(name)
    try:
        yield
    finally:
        _point_to(usual)


@contextmanager
def undone() -> Iterator[None]:
    """Undo at the end what was written to the database, but not what was cached."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def all_rows() -> Rows:
    """Read every table of the database, by the first column."""
    with connection.cursor() as cursor:
        rows = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY 1")
            rows[table] = [tuple(map(_value, row)) for row in cursor.fetchall()]
    return rows


def _value(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _point_to(name: str) -> None:
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()
    connection.settings_dict["NAME"] = name
