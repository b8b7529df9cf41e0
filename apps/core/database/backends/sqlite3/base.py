"""Database wrapper for SQLite: `ENGINE = "apps.core.database.backends.sqlite3"`."""

import sqlite3
import time
from collections import defaultdict
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import OperationalError
from django.db.backends.sqlite3 import base, features

from apps.core.database.backends.sqlite3.fair_lock import FairLock
from online_store.private_files import make_private_database

POLL_MILLISECONDS = 50


def _knows_json() -> bool:
    with closing(sqlite3.connect(":memory:")) as database, suppress(sqlite3.OperationalError):
        database.execute("SELECT json_object('a', 1)")
        return True
    return False


class DatabaseFeatures(features.DatabaseFeatures):
    """State SQLite's own limit (https://sqlite.org/limits.html, since 3.32) in place of the former 999.

    With 999 many rows would be written in several statements, the more the longer it is.
    """

    max_query_params = 32_766

    # Django would ask in a transaction, and take the lock of somebody else for a no that it keeps.
    supports_json_field = _knows_json()


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite with the features above, and a fair lock for the transactions of a process.

    A workaround for SQLite, which lets one write at a time and has no queue: of many threads the one that has
    just committed is mostly the next one too, and others wait until they give up. So the threads queue here.
    """

    features_class = DatabaseFeatures
    _locks: ClassVar[defaultdict[str, FairLock]] = defaultdict(FairLock)  # by the name of the file
    _holds_lock = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open the file, which nobody but its owner can read."""
        if not self.is_in_memory_db():
            make_private_database(Path(self._file), folder=settings.VAR_DIR)
        return super().get_new_connection(conn_params)

    def _start_transaction_under_autocommit(self) -> None:
        seconds = self.settings_dict["OPTIONS"]["timeout"]
        deadline = time.monotonic() + seconds
        self._holds_lock = self._locks[self._file].acquire(timeout=seconds)
        # Among processes: SQLite's pauses grow to 100 ms, and whoever has just come asks after 1 ms. Begun
        # anew again and again, they are alike for all.
        self._wait_for_others(POLL_MILLISECONDS)
        try:
            while not self._began(is_last_try=time.monotonic() > deadline):
                continue
        except BaseException:
            self._release_lock()
            raise
        finally:
            self._wait_for_others(int(seconds * 1000))

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # not in the stubs
        self._release_lock()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # not in the stubs
        finally:
            self._release_lock()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]  # not in the stubs
        finally:
            self._release_lock()

    def _began(self, *, is_last_try: bool) -> bool:
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # not in the stubs
        except OperationalError as error:
            if is_last_try or getattr(error.__cause__, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True

    def _wait_for_others(self, milliseconds: int) -> None:
        self.connection.execute(f"PRAGMA busy_timeout = {milliseconds}")

    def _release_lock(self) -> None:
        if self._holds_lock:
            self._holds_lock = False
            self._locks[self._file].release()

    @property
    def _file(self) -> str:
        return str(self.settings_dict["NAME"])
