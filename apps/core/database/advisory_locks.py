"""Locks on a name instead of a row, held until the transaction ends: one holder alone, or many that share."""

from zlib import crc32

from django.db import connection


def lock_alone(name: str) -> None:
    """Wait until nobody else holds the lock, and hold it. A transaction is needed."""
    _execute("SELECT pg_advisory_xact_lock(%s)", name)


def lock_shared(name: str) -> None:
    """Wait until nobody holds the lock alone, and share it. A transaction is needed."""
    _execute("SELECT pg_advisory_xact_lock_shared(%s)", name)


def _execute(statement: str, name: str) -> None:
    if connection.vendor == "postgresql":  # on SQLite every transaction is alone
        with connection.cursor() as cursor:
            cursor.execute(statement, [crc32(name.encode())])
