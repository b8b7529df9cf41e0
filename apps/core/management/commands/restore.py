"""`python manage.py restore`: the database and stored files as a backup holds them."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.core.database.backups import TECHNIQUES, stored_files
from apps.core.database.backups.files import BackupFailed

# A database that was only migrated has rows in these, and nothing to lose. Apps whose migrations add rows say
# how many these are, by table, as `rows_of_migrations` of their AppConfig.
MADE_BY_MIGRATE = {
    "auth_group",  # the roles of the shop's staff
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
}


class Command(BaseCommand):
    """Replace the database by a backup, wholly or not at all, and put missing files back."""

    help = (
        "Replace the database with a backup, all or nothing, and put back the stored files of the archive "
        "beside it that are missing. Stop the store first."
    )
    requires_system_checks = ()  # a database that is still empty cannot answer them

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file, and the consent to lose what is there."""
        parser.add_argument("file", type=Path, help="the backup")
        parser.add_argument("--force", action="store_true", help="replace a database that is not empty")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore the file.

        Raises CommandError and changes nothing when the file is no whole backup for this kind of database, or
        when rows would be lost without --force; also when the backup, then restored, is of a newer release.
        """
        technique, file = TECHNIQUES[connection.vendor], options["file"]
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        try:
            technique.check(file)
            archive = self._checked_archive(file)
            self._refuse_losses(force=options["force"])
            count = stored_files.load(archive) if archive else 0
            technique.load(file)
        except BackupFailed as failure:
            raise CommandError(str(failure)) from None
        _clear_caches()
        self.stdout.write(f"{file} has been restored.")
        if count:
            self.stdout.write(f"Stored files put back: {count:,}.")
        self._compare_releases()

    def _checked_archive(self, file: Path) -> Path | None:
        archive = stored_files.archive_beside(file)
        if not stored_files.are_in_folders():
            return None
        if not archive.exists():
            self.stdout.write(f"There is no {archive}: stored files stay as they are.")
            return None
        stored_files.check(archive)
        return archive

    def _refuse_losses(self, *, force: bool) -> None:
        made = _rows_of_migrations()
        counts = {table: count for table, count in _rows() if count != made.get(table, 0)}
        if not counts:
            return
        losses = ", ".join(f"{table} {count:,}" for table, count in sorted(counts.items()))
        if not force:
            raise CommandError(f"The database is not empty. --force would replace these rows: {losses}.")
        self.stdout.write(f"Replacing these rows: {losses}.")

    def _compare_releases(self) -> None:
        executor = MigrationExecutor(connection)
        loader = executor.loader
        if unknown := sorted(set(loader.applied_migrations) - set(loader.disk_migrations)):
            raise CommandError(
                f"The backup is from a newer release, whose migrations are missing here: {_named(unknown)}. "
                "Use that release or a later one."
            )
        plan = executor.migration_plan(loader.graph.leaf_nodes())
        if pending := [(migration.app_label, migration.name) for migration, _backwards in plan]:
            self.stdout.write(
                f"The backup is from an older release: run `python manage.py migrate` for {_named(pending)}."
            )


def _rows_of_migrations() -> dict[str, int]:
    rows: dict[str, int] = {}
    for app in apps.get_app_configs():
        rows |= getattr(app, "rows_of_migrations", {})
    return rows


def _rows() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET statement_timeout = 0")  # the count of a large table is worth its time
        rows = []
        for table in set(connection.introspection.table_names(cursor)) - MADE_BY_MIGRATE:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            rows.append((table, cursor.fetchone()[0]))
    return rows


def _clear_caches() -> None:
    """Drop cached responses, also those of `make run`, whose cache this command may not be set to."""
    cache.clear()
    FileBasedCache(str(settings.EMBEDDED_CACHE["LOCATION"]), {}).clear()


def _named(migrations: list[tuple[str, str]]) -> str:
    return ", ".join(f"{app}.{name}" for app, name in migrations)
