"""Products from a table: sku, name, price, category and, if wanted, stock and description.

A file is read row by row, and never held whole: it may have a million rows.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from operator import attrgetter
from typing import BinaryIO, TypeVar

from django.db import transaction

from apps.catalog.bulk_writing import LOCK
from apps.catalog.models import Product
from apps.catalog.product_import.dialects import Dialect, dialect_of
from apps.catalog.product_import.headings import COLUMNS, UnusableFile
from apps.catalog.product_import.preview import SHOWN_BAD_ROWS, SHOWN_SPOILT, keep_first
from apps.catalog.product_import.rows import BadRow, ProductRow, SeenSkus
from apps.catalog.product_import.tables import ProductTable, opened_table
from apps.catalog.product_import.writing import CHUNK, Counts, known_products, refused_rows, write_rows
from apps.core.database.advisory_locks import lock_alone

__all__ = ["COLUMNS", "BadRow", "Dialect", "ImportReport", "UnusableFile", "dialect_of", "import_products"]

LOCKED_AT_ONCE = 5000

T = TypeVar("T")


@dataclass
class ImportReport:
    """What became of a file, and the first of its bad rows."""

    counts: Counts = field(default_factory=Counts)
    bad_rows: list[BadRow] = field(default_factory=list)
    bad_count: int = 0
    heading_row: int = 1
    unknown_columns: list[str] = field(default_factory=list)
    spoilt_skus: list[ProductRow] = field(default_factory=list)
    spoilt_count: int = 0


def import_products(
    file: BinaryIO,
    *,
    dialect: Dialect | None = None,
    skip_bad_rows: bool = False,
    bad_rows: BinaryIO | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Create or update the products of the file by sku, in one transaction. The file is read twice.

    Without a dialect it is found out. `on_progress` is told how many rows of how many are written. With bad
    rows nothing is stored, and the report names the first of them, unless they are to be skipped; `bad_rows`
    gets a table of all. Raises UnusableFile when the file cannot be read as such a table.
    """
    dialect = dialect or dialect_of(file)
    report = ImportReport()
    known, contradicting = array("q"), set[int]()
    total = 0
    with SeenSkus() as seen, opened_table(file, dialect) as table:
        report.heading_row, report.unknown_columns = table.heading_row, table.heading.unread
        for rows in in_chunks(_good_rows(table, seen, report, bad_rows), CHUNK):
            products = known_products(rows)
            known.extend(pk for pk, _key, _before in products)
            refused = refused_rows(rows, products)
            for row in refused:
                _note_bad(report, row, table, bad_rows)
            contradicting.update(row.number for row in refused)
            total += len(rows) - len(refused)
    report.bad_rows.sort(key=attrgetter("number"))
    if report.bad_count and not skip_bad_rows:
        return report
    with SeenSkus() as seen, opened_table(file, dialect) as table, transaction.atomic():
        lock_alone(LOCK)
        _lock(known)
        done = 0
        for rows in in_chunks(_good_rows(table, seen), CHUNK):
            report.counts += write_rows(rows)
            done += len(rows)
            if on_progress:
                on_progress(done, total)
        # Those that somebody has made so since they were looked at.
        late = [row for row in report.counts.refused if row.number not in contradicting]
        for row in late:
            _note_bad(report, row, table, None)
        if late and not skip_bad_rows:
            transaction.set_rollback(True)
    return report


def in_chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the items in lists of this size; the last one may be shorter."""
    ahead = iter(items)
    while chunk := list(islice(ahead, size)):
        yield chunk


def _good_rows(
    table: ProductTable,
    seen: SeenSkus,
    report: ImportReport | None = None,
    bad_rows: BinaryIO | None = None,
) -> Iterator[ProductRow]:
    for row in table.rows(seen):
        if isinstance(row, ProductRow):
            if report and row.has_spoilt_sku:
                report.spoilt_count += 1
                keep_first(report.spoilt_skus, SHOWN_SPOILT, row)
            yield row
        elif report:
            _note_bad(report, row, table, bad_rows)


def _note_bad(report: ImportReport, row: BadRow, table: ProductTable, bad_rows: BinaryIO | None) -> None:
    if bad_rows:
        bad = table.of_bad_rows()
        bad_rows.write((b"" if report.bad_count else bad.beginning()) + bad.rows([row]))
    report.bad_count += 1
    keep_first(report.bad_rows, SHOWN_BAD_ROWS, row)


def _lock(product_ids: "array[int]") -> None:
    """Lock all at once, in one order for all: so that no two who lock products can wait for each other."""
    in_order = sorted(product_ids)
    for start in range(0, len(in_order), LOCKED_AT_ONCE):
        list(Product.objects.locked(in_order[start : start + LOCKED_AT_ONCE]).only("pk"))
