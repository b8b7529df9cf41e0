"""Something that happens at the n-th statement of a request, in place of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from unittest.mock import patch

from django.db import connection


@contextmanager
def at_statement(number: int, act: Callable[[], None]) -> Iterator[list[str]]:
    """Call `act`, which does not return, in place of the n-th statement; a COMMIT is a statement too.

    Yields the statements up to there. Without an n-th one nothing happens, and they are fewer.
    """
    seen: list[str] = []
    numbers = count(1)

    def reached(sql: str) -> None:
        seen.append(sql)
        if next(numbers) == number:
            act()

    def execute_counted(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        reached(sql)
        return execute(sql, *arguments)

    commit = connection._commit

    def commit_counted() -> None:
        reached("COMMIT")
        commit()

    with connection.execute_wrapper(execute_counted), patch.object(connection, "_commit", commit_counted):
        yield seen


def all_rows() -> dict[str, list[str]]:
    """Return every row of every table, to compare before and after."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if connection.vendor == "postgresql":
            return _rows_of_all(cursor, tables)
        return {table: _rows_of(cursor, table) for table in tables}


def _rows_of_all(cursor: Any, tables: list[str]) -> dict[str, list[str]]:
    """Ask once: a question for each table takes ten times as long."""
    name = connection.ops.quote_name
    cursor.execute(
        " UNION ALL ".join(f"SELECT '{each}', row::text FROM {name(each)} AS row" for each in tables)
    )
    found: dict[str, list[str]] = {table: [] for table in tables}
    for table, row in cursor.fetchall():
        found[table].append(row)
    return {table: sorted(rows) for table, rows in found.items()}


def _rows_of(cursor: Any, table: str) -> list[str]:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
    return sorted(map(repr, cursor.fetchall()))
