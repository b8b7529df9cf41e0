"""Rows as the bytes of a CSV file: RFC 4180, UTF-8, no formulas.

For programs numbers and times are as machines want them. For a spreadsheet they are as people write them, and
no text is one that it would take for a number or a date.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from io import StringIO
from typing import Any

from django.utils import timezone

from apps.import_export.formats import Writing
from apps.import_export.formula_escaping import escaped
from apps.import_export.look_alikes import kept_as_text
from apps.import_export.registry import ExportKind, Row

BYTE_ORDER_MARK = "\ufeff"
PART_LENGTH = 500_000  # characters, after which a part is full


class CsvTable:
    """A table as CSV."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._cell = (
            _cell if writing.is_for_programs else partial(_cell_of_spreadsheet, decimal=writing.decimal)
        )

    def beginning(self, kind: ExportKind, further: Iterable[str] = ()) -> bytes:
        """Return what stands before the rows."""
        ((_count, heading),) = self.parts([(*kind.columns, *further)])
        return (BYTE_ORDER_MARK.encode() if self._writing.has_mark else b"") + heading

    def parts(self, rows: Iterable[Row]) -> Iterator[tuple[int, bytes]]:
        """Yield the rows in parts of bounded size, each with the number of its rows."""
        text = StringIO(newline="")
        writer = csv.writer(text, delimiter=self._writing.delimiter)
        count = 0
        for row in rows:
            writer.writerow([self._cell(value) for value in row])
            count += 1
            if text.tell() >= PART_LENGTH:
                yield count, text.getvalue().encode()
                text.seek(0)
                text.truncate()
                count = 0
        if text.tell():
            yield count, text.getvalue().encode()

    def end(self) -> bytes:
        """Return what stands behind the rows: nothing."""
        return b""


def safe_in_spreadsheet(text: str) -> str:
    """Return the text as a cell that a spreadsheet takes for this text: for no formula, number or date."""
    safe = escaped(text)
    return kept_as_text(text) if safe == text else safe


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _cell_of_spreadsheet(value: Any, *, decimal: str) -> str:
    if isinstance(value, str):
        return safe_in_spreadsheet(value)
    if isinstance(value, datetime):
        # A spreadsheet knows no time zones: it shows the times that the admin shows.
        return f"{timezone.localtime(value, timezone.get_default_timezone()):%Y-%m-%d %H:%M:%S}"
    return _cell(value).replace(".", decimal) if isinstance(value, Decimal) else _cell(value)
