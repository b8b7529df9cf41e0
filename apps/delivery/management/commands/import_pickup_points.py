"""`python manage.py import_pickup_points FILE.csv`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.template.defaultfilters import pluralize

from apps.delivery.pickup_point_import import OPTIONAL, REQUIRED, ImportReport, UnusableFile, import_points


class Command(BaseCommand):
    """Create or update pick-up points by provider and code."""

    help = (
        "Create or update pick-up points by provider and code from a CSV file with the columns "
        f"{', '.join(REQUIRED)} and, optionally, {', '.join(OPTIONAL)}."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file and what to do with its bad rows and with the points it lacks."""
        parser.add_argument("file", type=Path, metavar="FILE", help="the table")
        parser.add_argument("--skip-bad-rows", action="store_true", help="import the good rows only")
        parser.add_argument(
            "--full",
            action="store_true",
            help="the file has all points of its providers: switch off the others; not if it has bad rows",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import the file.

        Raises CommandError when it cannot be read, or has bad rows that are not to be skipped.
        """
        try:
            with options["file"].open("rb") as file:
                report = import_points(file, skip_bad_rows=options["skip_bad_rows"], is_full=options["full"])
        except (OSError, UnusableFile) as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:  # somebody else imports for long, or the database is away
            raise CommandError(f"Nothing was imported, try again: {error}") from error
        self._show(report)

    def _show(self, report: ImportReport) -> None:
        for row in report.bad_rows:
            self.stderr.write(f"row {row.number}: {row.reason}")
        if (more := report.bad_count - len(report.bad_rows)) > 0:
            self.stderr.write(f"… and {more} more bad row{pluralize(more)}")
        if not report.is_stored:
            raise CommandError(
                f"Nothing was imported: {report.bad_count} bad row{pluralize(report.bad_count)}. "
                "Fix the file, or skip such rows with --skip-bad-rows."
            )
        counts, points = report.counts, f"point{pluralize(report.counts.created)}"
        self.stdout.write(
            f"{counts.created} {points} created, {counts.updated} updated, {counts.unchanged} unchanged, "
            f"{report.switched_off} switched off."
        )
