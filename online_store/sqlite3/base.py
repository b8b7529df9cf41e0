"""The database wrapper that `ENGINE = "online_store.sqlite3"` names."""

import sqlite3
import time

from django.db import OperationalError
from django.db.backends.sqlite3 import base, features

POLL_MILLISECONDS = 50


class DatabaseFeatures(features.DatabaseFeatures):
    """State SQLite's own limit (https://sqlite.org/limits.html, since 3.32) in place of the former 999.

    With 999 a long order would be written in several statements, the more the longer it is.
    """

    max_query_params = 32_766


class DatabaseWrapper(base.DatabaseWrapper):
    """SQLite with the features above, where every writer gets a turn."""

    features_class = DatabaseFeatures

    def _start_transaction_under_autocommit(self) -> None:
        # SQLite waits in pauses that grow to 100 ms, and whoever has just come asks after 1 ms: of many
        # writers some would wait for ever. So the waiting begins anew again and again, and all are alike.
        seconds = self.settings_dict["OPTIONS"]["timeout"]
        deadline = time.monotonic() + seconds
        self._wait_for_others(POLL_MILLISECONDS)
        try:
            while not self._began(is_last_try=time.monotonic() > deadline):
                continue
        finally:
            self._wait_for_others(int(seconds * 1000))

    def _began(self, *, is_last_try: bool) -> bool:
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs lack it
        except OperationalError as error:
            if is_last_try or getattr(error.__cause__, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
                raise
            return False
        return True

    def _wait_for_others(self, milliseconds: int) -> None:
        self.connection.execute(f"PRAGMA busy_timeout = {milliseconds}")
