"""Replica of the database: reads go there when it has everything that the reader may rely on.

A replica is always a little late. Each token of a cache (`apps/core/caching/namespaces.py`) is made after a
write, and carries the position in the primary's log at that moment. A replica that has replayed this position
shows the write, so what is read there is as fresh as from the primary, for the writer and for everybody else.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import DatabaseError, InterfaceError, connection, connections
from django.db.models import Model

ALIAS = "replica"
AWAY_SECONDS = 5.0  # how long a replica that failed is left alone
UNKNOWN = ""  # a position that no replica has

_reading: ContextVar[bool] = ContextVar("reading_from_replica", default=False)
_away_until = 0.0  # of this process, by time.monotonic()

logger = logging.getLogger(__name__)


class ReplicaRouter:
    """Send the reads of a block to the replica, and everything else to the primary."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        """Return the replica inside of such a block."""
        return ALIAS if _reading.get() else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        """Return the primary."""
        return "default"

    def allow_relation(self, first: Model, second: Model, **hints: Any) -> bool:
        """Take rows of both for rows of one database, which they are."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Leave the replica's tables to replication."""
        return False if db == ALIAS else None


def is_configured() -> bool:
    """Tell whether there is a replica."""
    return ALIAS in connections.databases


def answers() -> bool:
    """Tell whether the replica can be asked."""
    try:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return False
    return True


def position() -> str:
    """Return the position in the primary's log behind everything that is committed by now."""
    if not is_configured():
        return UNKNOWN
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_wal_lsn()::text")
            return str(cursor.fetchone()[0])
    except (DatabaseError, InterfaceError):
        logger.warning("The position of the primary is not known: the replica is not read from")
        return UNKNOWN


def read(build: Callable[[], bytes], *, since: Sequence[str]) -> bytes:
    """Return what `build` makes of rows of the replica, if that has replayed all the positions.

    Else, and when the replica fails, it is made of the primary's rows. `build` only reads.
    """
    if not _has_replayed(since):
        return build()
    try:
        with _from_replica():
            return build()
    except (DatabaseError, InterfaceError) as error:
        _leave_alone(error)
        return build()


@contextmanager
def _from_replica() -> Iterator[None]:
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def _has_replayed(positions: Sequence[str]) -> bool:
    if not is_configured() or UNKNOWN in positions or time.monotonic() < _away_until:
        return False
    try:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("SELECT pg_last_wal_replay_lsn() >= ALL(%s::pg_lsn[])", [list(positions)])
            return bool(cursor.fetchone()[0])
    except (DatabaseError, InterfaceError) as error:
        _leave_alone(error)
        return False


def _leave_alone(error: Exception) -> None:
    global _away_until  # noqa: PLW0603  one per process
    _away_until = time.monotonic() + AWAY_SECONDS
    logger.warning("The replica does not answer, the primary does its work: %s", error)
