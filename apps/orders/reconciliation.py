"""Reconciliation: two figures that should be one, found by a few queries over all rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction


@dataclass(frozen=True)
class Difference:
    """Two numbers of pieces, amounts of money or words that should be one, and where they stand."""

    where: str
    expected: int | Decimal | str
    found: int | Decimal | str

    def __str__(self) -> str:
        return f"{self.where}: {self.expected} expected, {self.found} found"


@contextmanager
def one_moment() -> Iterator[Any]:
    """Give a cursor whose queries all see the same state, though sales go on beside."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SET LOCAL work_mem = '256MB'")  # millions of rows are sorted
        yield cursor


def rows(cursor: Any, query: str) -> list[tuple[Any, ...]]:
    """Return what the query finds."""
    cursor.execute(query)
    return list(cursor.fetchall())
