"""Rows as the bytes of a CSV file: RFC 4180, UTF-8, numbers and times for machines, no formulas."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

from apps.exports.formulas import guarded
from apps.exports.kinds import Row

BYTE_ORDER_MARK = "\ufeff"
PART_LENGTH = 500_000  # characters, after which a part is full


def encoded(rows: Iterable[Row], *, before: str = "") -> Iterator[tuple[int, bytes]]:
    """Yield the rows in parts of bounded size, each with the number of its rows; `before` opens the first."""
    text = StringIO(before, newline="")
    text.seek(0, 2)
    writer = csv.writer(text)
    count = 0
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        count += 1
        if text.tell() >= PART_LENGTH:
            yield count, text.getvalue().encode()
            text.seek(0)
            text.truncate()
            count = 0
    if text.tell():
        yield count, text.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
