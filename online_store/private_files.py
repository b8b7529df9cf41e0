"""Files and folders that nobody but the account of the store can read."""

import os
import stat
from contextlib import suppress
from pathlib import Path

FOLDER_MODE, FILE_MODE = 0o700, 0o600
OTHERS = 0o077
SQLITE_SUFFIXES = ("", "-wal", "-shm", "-journal")
# What the store and its tools put into their folder. One that holds anything else may be shared: `/var` has a
# `mail` and a `cache`, too.
OWN_NAMES = {
    *(f"store.sqlite3{suffix}" for suffix in SQLITE_SUFFIXES),
    *(f"payment_emulator.sqlite3{suffix}" for suffix in SQLITE_SUFFIXES),
    *("secret_key", "jwt_signing_key", "celerybeat-schedule"),
    *("payment_emulator_secret", "payment_emulator_url"),
    *("mail", "media", "media-originals", "media-feeds", "cache", "static", "backups"),
    *("generators", "screenshots"),
}


def make_folder(path: Path) -> None:
    """Make the folder when it is not there. Raises OSError."""
    path.mkdir(parents=True, exist_ok=True)


def make_private_folder(path: Path) -> None:
    """Make the folder for its owner only; close one to others that holds nothing but the store's.

    Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=FOLDER_MODE, exist_ok=True)
    if {entry.name for entry in path.iterdir()} <= OWN_NAMES:
        _close_to_others(path, FOLDER_MODE)


def make_private_database(file: Path, *, folder: Path) -> None:
    """Make the file of a SQLite database, which gives its mode to the logs beside it, for its owner only.

    One of a former release is closed to others if it lies in the store's own folder; elsewhere it may be
    shared on purpose. What cannot be done is left to SQLite, which tells why.
    """
    # Never one that is there: to close it would take away the locks that SQLite holds on it in this process
    # (sqlite.org, How To Corrupt An SQLite Database File, 2.2).
    with suppress(OSError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE))
    if file.resolve().parent == folder:
        for suffix in SQLITE_SUFFIXES:
            _close_to_others(file.with_name(f"{file.name}{suffix}"), FILE_MODE)


def _close_to_others(path: Path, mode: int) -> None:
    # Only its owner may, and nobody takes a folder such as /tmp away from others.
    with suppress(OSError):
        found = path.stat()
        if found.st_uid == os.geteuid() and found.st_mode & OTHERS and not found.st_mode & stat.S_ISVTX:
            path.chmod(mode)
