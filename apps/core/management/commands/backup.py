"""`python manage.py backup`: the database in one file, and stored files in another, while the store runs."""

from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from apps.core.database.backups import TECHNIQUES, stored_files
from apps.core.database.backups.files import BackupFailed, written_whole


class Command(BaseCommand):
    """Write a backup of the database and of the stored files."""

    help = (
        "Back up the database into one file, as it is at one moment, while the store is in use. Stored files "
        f"go into another beside it (….{stored_files.SUFFIX.strip('.')}), but for those in a bucket."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare where the backup goes."""
        parser.add_argument(
            "file",
            nargs="?",
            type=Path,
            help="a new file (default: in VAR_DIR/backups, named after the time)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the files. Raises CommandError, and leaves none, when that fails."""
        technique = TECHNIQUES[connection.vendor]
        name = f"store-{timezone.now():%Y%m%dT%H%M%SZ}{technique.SUFFIX}"
        file: Path = options["file"] or settings.VAR_DIR / "backups" / name
        if "django_migrations" not in connection.introspection.table_names():
            raise CommandError("There is nothing to back up: the database is empty.")
        try:
            with ExitStack() as files:
                draft = files.enter_context(written_whole(file))
                technique.dump(draft)
                count = self._dump_files(files, stored_files.archive_beside(file))
        except BackupFailed as failure:
            raise CommandError(str(failure)) from None
        self.stdout.write(f"{file}: {file.stat().st_size:,} bytes.")
        if count is not None:
            self.stdout.write(f"{stored_files.archive_beside(file)}: {count:,} stored files.")

    def _dump_files(self, files: ExitStack, archive: Path) -> int | None:
        if not stored_files.are_in_folders():
            return None
        return stored_files.dump(files.enter_context(written_whole(archive)))
