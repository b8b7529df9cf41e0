"""Bad rows of a file, each with its reasons: a table to be fixed and imported again."""

import csv
import io
from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.catalog.product_import.cells import Cell
from apps.catalog.product_import.dialects import Dialect
from apps.catalog.product_import.headings import Heading
from apps.catalog.product_import.rows import BadRow
from apps.import_export.csv_writer import BYTE_ORDER_MARK, safe_in_spreadsheet
from apps.import_export.formula_escaping import unescaped


class BadRowsTable:
    """The columns of the file behind one that says what is wrong, as CSV in UTF-8 with a byte order mark."""

    def __init__(self, heading: Heading, dialect: Dialect) -> None:
        self._heading = heading
        is_russian = (get_language() or "").startswith("ru")
        self._delimiter = dialect.delimiter or (";" if is_russian else ",")  # as spreadsheets expect it

    def beginning(self) -> bytes:
        """Return what stands before the rows."""
        names = self._heading.without_reason(self._heading.names)
        return f"{BYTE_ORDER_MARK}{self._lines([[_('what is wrong'), *names]])}".encode()

    def rows(self, rows: Iterable[BadRow]) -> bytes:
        """Return the rows."""
        return self._lines([row.reason, *self._heading.without_reason(row.cells)] for row in rows).encode()

    def _lines(self, table: Iterable[list[Cell]]) -> str:
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=self._delimiter)
        writer.writerows([self._safe(cell) for cell in cells] for cells in table)
        return text.getvalue()

    def _safe(self, cell: Cell) -> str:
        if isinstance(cell, str):
            text = unescaped(cell.strip())  # as the import reads it: the file may have escaped it already
            return safe_in_spreadsheet(text)
        return f"{cell:f}".replace(".", "," if self._delimiter == ";" else ".")
