"""`python manage.py import_products FILE.csv`."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.template.defaultfilters import pluralize

from apps.catalog.product_import import Dialect, ImportReport, UnusableFile, dialect_of, import_products
from apps.catalog.product_import.dialects import DELIMITERS, ENCODINGS
from apps.catalog.product_import.numbers import DECIMAL_SIGNS

PRINTED_BAD_ROWS = 50
PRINTED_SKUS = 10  # skus


class Command(BaseCommand):
    """Create or update products by sku."""

    help = (
        "Create or update products by SKU from a CSV or .xlsx table with the columns sku, name, price, "
        "category and, optionally, stock and description. Headings of 1C, Shopify and WooCommerce are "
        "recognised, in Russian and English."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file and what to do with its bad rows."""
        parser.add_argument("file", type=Path, metavar="FILE", help="the table")
        given = "detected if not given"
        parser.add_argument("--encoding", default="", choices=ENCODINGS, help=given)
        parser.add_argument("--delimiter", default="", choices=DELIMITERS, help=given)
        parser.add_argument("--decimal", default="", choices=DECIMAL_SIGNS, help=f"decimal sign; {given}")
        parser.add_argument(
            "--bad-rows",
            type=Path,
            metavar="FILE.csv",
            help="write the bad rows and their reasons to this file, to be fixed and imported",
        )
        parser.add_argument("--skip-bad-rows", action="store_true", help="import the good rows only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file.

        Raises CommandError when it cannot be read or written, or has bad rows that are not to be skipped.
        """
        try:
            report = self._import(options)
        except (OSError, UnusableFile) as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:  # somebody else imports for long, or the database is away
            raise CommandError(f"Nothing was imported, try again: {error}") from error
        if report.heading_row > 1:
            self.stderr.write(f"The heading is row {report.heading_row}.")
        if report.unknown_columns:
            self.stderr.write(f"Unknown columns, not imported: {', '.join(report.unknown_columns)}")
        self._show_spoilt_skus(report)
        self._show_bad_rows(report)
        if report.bad_count and not options["skip_bad_rows"]:
            raise CommandError(
                f"Nothing was imported: {report.bad_count} bad row{pluralize(report.bad_count)}. "
                "Fix the file, or skip such rows with --skip-bad-rows."
            )
        created, updated = report.counts.created, report.counts.updated + report.counts.unchanged
        self.stdout.write(f"{created} product{pluralize(created)} created, {updated} updated.")

    def _import(self, options: dict[str, Any]) -> ImportReport:
        with options["file"].open("rb") as file, _bad_rows_file(options) as bad_rows:
            dialect = dialect_of(
                file,
                encoding=options["encoding"],
                delimiter=DELIMITERS.get(options["delimiter"], ""),
                decimal=options["decimal"],
            )
            self.stderr.write(_in_words(dialect))
            return import_products(
                file,
                dialect=dialect,
                skip_bad_rows=options["skip_bad_rows"],
                bad_rows=bad_rows,
                on_progress=self._show_progress,
            )

    def _show_progress(self, done: int, total: int) -> None:
        if self.stdout.isatty():
            self.stdout.write(
                f"\r{done} of {total} product{pluralize(total)}", ending="\n" if done == total else ""
            )
            self.stdout.flush()

    def _show_spoilt_skus(self, report: ImportReport) -> None:
        if report.spoilt_count:
            shown = ", ".join(f"{row.sku} (row {row.number})" for row in report.spoilt_skus[:PRINTED_SKUS])
            self.stderr.write(
                f"SKUs that a spreadsheet may have changed: {report.spoilt_count}, such as {shown}"
            )

    def _show_bad_rows(self, report: ImportReport) -> None:
        for row in report.bad_rows[:PRINTED_BAD_ROWS]:
            self.stderr.write(f"row {row.number}: {row.reason}")
        if (more := report.bad_count - PRINTED_BAD_ROWS) > 0:
            self.stderr.write(f"… and {more} more bad row{pluralize(more)}")


@contextmanager
def _bad_rows_file(options: dict[str, Any]) -> Iterator[BinaryIO | None]:
    """Open the file for the bad rows, if one is wanted; it is not left empty."""
    path: Path | None = options["bad_rows"]
    if path is None:
        yield None
        return
    if path.exists() and path.samefile(options["file"]):
        raise CommandError("The bad rows cannot be written to the file that is imported.")
    try:
        with path.open("wb") as file:
            yield file
    finally:
        if path.is_file() and not path.stat().st_size:  # no device, such as /dev/stdout
            path.unlink()


def _in_words(dialect: Dialect) -> str:
    if dialect.is_workbook:
        return "Read as a workbook."
    delimiters = {sign: name for name, sign in DELIMITERS.items()}
    decimal = f"decimal sign “{dialect.decimal}”" if dialect.decimal else "unknown decimal sign"
    return f"Read as {dialect.encoding}, separated by {delimiters[dialect.delimiter]}, {decimal}."
