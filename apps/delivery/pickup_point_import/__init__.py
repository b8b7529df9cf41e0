"""Pick-up points from a CSV file, as carriers give them out: created or updated by provider and code.

Encoding and delimiter are found out as for products. The file is read row by row, and never held whole.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from apps.catalog.product_import import UnusableFile, dialect_of, in_chunks
from apps.catalog.product_import.dialects import NAMED_DELIMITER
from apps.catalog.product_import.records import Records
from apps.core.database.advisory_locks import lock_alone
from apps.delivery.pickup_point_import.rows import OPTIONAL, REQUIRED, BadRow, PointRow, columns_of, read_row
from apps.delivery.pickup_point_import.writing import Counts, switch_off_missing, write_points
from apps.import_export.csv_writer import BYTE_ORDER_MARK
from apps.users.models import User

__all__ = ["OPTIONAL", "REQUIRED", "BadRow", "ImportReport", "UnusableFile", "import_points"]

CHUNK = 1000  # rows that are written together
SHOWN_BAD_ROWS = 50
_LOCK = "import of pick-up points"  # two that create the same ones would wait for each other


@dataclass
class ImportReport:
    """What became of a file, and the first of its bad rows."""

    counts: Counts = field(default_factory=Counts)
    switched_off: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)
    bad_count: int = 0
    is_stored: bool = True

    def note(self, row: BadRow) -> None:
        """Count the bad row, and keep it if it is one of the first."""
        self.bad_count += 1
        if len(self.bad_rows) < SHOWN_BAD_ROWS:
            self.bad_rows.append(row)


def import_points(
    file: BinaryIO, *, skip_bad_rows: bool = False, is_full: bool = False, by: User | None = None
) -> ImportReport:
    """Create or update the points of the file, in one transaction.

    With bad rows nothing is stored, unless they are to be skipped. A file that `is_full` has all points of
    its providers: the others are switched off, and what it has is switched on; not if it has bad rows. Raises
    UnusableFile when the file cannot be read as such a table.
    """
    report = ImportReport()
    seen: dict[tuple[str, str], int] = {}  # the rows of the points, by provider and code
    with transaction.atomic():
        lock_alone(_LOCK)
        for rows in in_chunks(_good_rows(file, seen, report), CHUNK):
            report.counts += write_points(rows, switch_on=is_full, by=by)
        if report.bad_count and not skip_bad_rows:
            report.is_stored = False
            transaction.set_rollback(True)
        elif is_full and not report.bad_count:
            report.switched_off = switch_off_missing(seen, by=by)
    return report


def _good_rows(file: BinaryIO, seen: dict[tuple[str, str], int], report: ImportReport) -> Iterator[PointRow]:
    for row in _rows(file):
        if isinstance(row, BadRow):
            report.note(row)
        elif (number := seen.setdefault(row.key, row.number)) != row.number:
            report.note(BadRow(row.number, _("already in row %s") % number))
        else:
            yield row


def _rows(file: BinaryIO) -> Iterator[PointRow | BadRow]:
    dialect = dialect_of(file)
    if dialect.is_workbook:
        raise UnusableFile(_("Save the table as CSV."))
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=dialect.encoding, newline="")
    try:
        yield from _read(_lines(text), dialect.delimiter)
    except UnicodeError as error:
        raise UnusableFile(_("The file cannot be read as text.")) from error
    finally:
        text.detach()


def _read(lines: Iterable[str], delimiter: str) -> Iterator[PointRow | BadRow]:
    width = 0

    def looks_like_row(cells: list[str]) -> bool:
        return len(cells) == width

    records = iter(Records(iter(lines), looks_like_row=looks_like_row, delimiter=delimiter))
    heading: list[str] | None = next(records, None)
    columns = columns_of(heading or [])
    width = len(columns)
    for number, cells in enumerate(records, start=2):
        if cells is None or any(map(str.strip, cells)):
            yield read_row(number, cells, columns)


def _lines(text: Iterator[str]) -> Iterator[str]:
    """Yield the lines, without a byte order mark and a first line that tells Excel the delimiter."""
    first = next(text, "").removeprefix(BYTE_ORDER_MARK)
    if not NAMED_DELIMITER.fullmatch(first):
        yield first
    for line in text:  # noqa: UP028  `yield from` would close the file together with the generator
        yield line
