"""`python manage.py import_products FILE.csv`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from apps.catalog.importing import ImportReport, UnusableFile, import_products

SHOWN_BAD_ROWS = 50


class Command(BaseCommand):
    """Create or update products by sku."""

    help = "Create or update the products of a CSV file (sku,name,price,category[,stock,description]) by sku."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file and what to do with its bad rows."""
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument("--skip-bad-rows", action="store_true", help="import the other rows of the file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file.

        Raises CommandError when it cannot be read or written, or has bad rows that are not to be skipped.
        """
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as file:
                report = import_products(
                    file, skip_bad_rows=options["skip_bad_rows"], on_progress=self._show_progress
                )
        except (OSError, UnusableFile) as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:  # somebody else imports for long, or the database is away
            raise CommandError(f"Nothing was imported, try again: {error}") from error
        if report.unknown_columns:
            self.stderr.write(f"Unknown columns, which are not imported: {', '.join(report.unknown_columns)}")
        self._show_bad_rows(report)
        if report.bad_count and not options["skip_bad_rows"]:
            raise CommandError(
                f"Nothing was imported: {report.bad_count} bad rows. "
                "Mend them, or leave them out with --skip-bad-rows."
            )
        counts = report.counts
        self.stdout.write(f"{counts.created} products created, {counts.updated + counts.unchanged} updated.")

    def _show_progress(self, done: int, total: int) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r{done} of {total} products", ending="\n" if done == total else "")
            self.stdout.flush()

    def _show_bad_rows(self, report: ImportReport) -> None:
        for row in report.bad_rows[:SHOWN_BAD_ROWS]:
            self.stderr.write(f"row {row.number}: {row.reason}")
        if (more := report.bad_count - SHOWN_BAD_ROWS) > 0:
            self.stderr.write(f"… and {more} more bad rows")
