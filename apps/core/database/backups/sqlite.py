"""Backups of SQLite: a database file, copied by SQLite's own backup API while the store runs and writes."""

import sqlite3
from contextlib import closing
from pathlib import Path

from django.db import connection

from apps.core.database.backups.files import BackupFailed

SUFFIX = ".sqlite3"
MAGIC = b"SQLite format 3\0"
HEADER_BYTES = 100


def dump(file: Path) -> None:
    """Write the database as it is at one moment into the file. Raises BackupFailed."""
    try:
        with closing(_database()) as source, closing(sqlite3.connect(file)) as target:
            source.backup(target)  # all pages in one step: a write between two would begin it again
            target.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    except sqlite3.Error as error:
        raise BackupFailed(f"The database was not backed up: {error}.") from None


def check(file: Path) -> None:
    """Raise BackupFailed unless the file is a whole SQLite database of a store."""
    with file.open("rb") as opened:
        header = opened.read(HEADER_BYTES)
    if not header.startswith(MAGIC):
        raise BackupFailed(f"{file} is not an SQLite database. This store runs on SQLite.")
    # Which SQLite itself does not miss when only free space was lost, or part of a page.
    if file.stat().st_size != _size(header):
        raise BackupFailed(f"{file} is damaged: it was cut short.")
    try:
        with closing(_backup(file)) as backup:
            verdicts = [verdict for (verdict,) in backup.execute("PRAGMA integrity_check")]
            tables = {name for (name,) in backup.execute("SELECT name FROM sqlite_master")}
    except sqlite3.Error as error:
        verdicts, tables = [str(error)], set()
    if verdicts != ["ok"]:
        raise BackupFailed(f"{file} is damaged: {verdicts[0]}.")
    if "django_migrations" not in tables:
        raise BackupFailed(f"{file} is not a backup of a store.")


def load(file: Path) -> None:
    """Replace the database by the file, in one transaction. Raises BackupFailed."""
    connection.close()
    try:
        with closing(_backup(file)) as source, closing(_database()) as target:
            source.backup(target)
    except sqlite3.Error as error:
        raise BackupFailed(f"Nothing was changed: {error}.") from None


def _size(header: bytes) -> int:
    """Return how many bytes a database with this header has (https://sqlite.org/fileformat.html, 1.3)."""
    page_size = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    return pages * (65_536 if page_size == 1 else page_size)


def _database() -> sqlite3.Connection:
    name, options = connection.settings_dict["NAME"], connection.settings_dict["OPTIONS"]
    return sqlite3.connect(name, timeout=options["timeout"])


def _backup(file: Path) -> sqlite3.Connection:
    # Nobody writes it: so SQLite needs no lock, nor a log beside it.
    return sqlite3.connect(f"{file.resolve().as_uri()}?immutable=1", uri=True)
