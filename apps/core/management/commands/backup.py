"""`python manage.py backup`: the database in one file, made while the store runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from apps.core.database.backups import TECHNIQUES
from apps.core.database.backups.files import BackupFailed, written_whole


class Command(BaseCommand):
    """Write a backup of the database."""

    help = "Back up the database into one file, as it is at one moment, while the store is in use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare where the backup goes."""
        parser.add_argument(
            "file",
            nargs="?",
            type=Path,
            help="a new file (default: in VAR_DIR/backups, named after the time)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file. Raises CommandError, and leaves none, when that fails."""
        technique = TECHNIQUES[connection.vendor]
        name = f"store-{timezone.now():%Y%m%dT%H%M%SZ}{technique.SUFFIX}"
        file: Path = options["file"] or settings.VAR_DIR / "backups" / name
        if "django_migrations" not in connection.introspection.table_names():
            raise CommandError("There is nothing to back up: the database is empty.")
        try:
            with written_whole(file) as draft:
                technique.dump(draft)
        except BackupFailed as failure:
            raise CommandError(str(failure)) from None
        self.stdout.write(f"{file}: {file.stat().st_size:,} bytes.")
