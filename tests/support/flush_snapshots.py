"""Quick flushes: rows are deleted instead of tables truncated, and what a database starts with is put back.

A test that commits ends with a flush. PostgreSQL makes a new file for each table that is truncated, and takes
twenty times as long as to delete a few rows. After it Django tells every app to look for its content types,
permissions and groups, and what migrations have inserted is gone. Here every test finds what the migrations
have left. Few tests change that: unchanged rows are left alone.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import Style, no_style
from django.core.management.commands import flush
from django.core.management.sql import sql_flush as django_sql_flush
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

Row = tuple[Any, ...]
LARGE = 1_000_000  # bytes of a table


class Refill:
    """What stands in for Django's `emit_post_migrate_signal`: it puts back what the migrations have left."""

    def __init__(self, send: Callable[..., None]) -> None:
        self._send = send
        self._rows: dict[str, dict[str, list[Row]]] = {}
        self._digests: dict[str, str] = {}
        self._kept: set[str] = set()

    def remember(self, connection: BaseDatabaseWrapper) -> None:
        """Copy the rows of a database that has just been migrated."""
        self._rows[connection.alias] = rows = rows_by_table(connection)
        self._digests[connection.alias] = digest_of(connection, rows)

    def __call__(self, verbosity: int, interactive: bool, db: str, **options: Any) -> None:
        """Fill the database, which has just been emptied."""
        if db not in self._rows:
            self._send(verbosity, interactive, db, **options)
            return
        if db not in self._kept:
            self._put_back(db)
        ContentType.objects.clear_cache()  # as Django does

    def _put_back(self, db: str) -> None:
        with transaction.atomic(using=db), connections[db].cursor() as cursor:
            for table, rows in self._rows[db].items():
                places = ", ".join(["%s"] * len(rows[0]))
                name = connections[db].ops.quote_name(table)
                cursor.executemany(f"INSERT INTO {name} VALUES ({places})", rows)
        # A flush may have set the sequences back, and rows with their ids move none of them.
        self.move_sequences(db)

    def move_sequences(self, db: str) -> None:
        """Let new rows get ids after those that the migrations have left."""
        left = self._rows.get(db, {})
        models = [
            model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in left
        ]
        with connections[db].cursor() as cursor:
            for statement in connections[db].ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)

    def statements(self, style: Style, connection: BaseDatabaseWrapper, **options: bool) -> list[str]:
        """Return what empties the database, in one transaction; what it starts with may stay if unchanged."""
        self._kept.discard(connection.alias)
        if connection.vendor != "postgresql" or options.get("reset_sequences") or _is_large(connection):
            return django_sql_flush(style, connection, **options)
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        rows = self._rows.get(connection.alias, {})
        if rows and digest_of(connection, rows) == self._digests[connection.alias]:
            self._kept.add(connection.alias)
            tables = [table for table in tables if table not in rows]
        return ["; ".join(f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables)]


def rows_by_table(connection: BaseDatabaseWrapper) -> dict[str, list[Row]]:
    """Return the rows of the tables that have any."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            if rows := cursor.fetchall():
                found[table] = rows
    return found


def digest_of(connection: BaseDatabaseWrapper, tables: Iterable[str]) -> str:
    """Return a digest of all rows of the tables; "" where PostgreSQL does not make it."""
    if connection.vendor != "postgresql":
        return ""
    digest = "(SELECT md5(string_agg(row::text, ' ' ORDER BY row::text)) FROM {} AS row)"
    names = map(connection.ops.quote_name, tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT concat_ws(' ', {', '.join(map(digest.format, names))})")
        return str(cursor.fetchone()[0])


def _is_large(connection: BaseDatabaseWrapper) -> bool:
    """Tell whether a table has grown so much, by rows or by what was deleted, that a new file is quicker."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(pg_relation_size(oid)) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        return cursor.fetchone()[0] > LARGE


def flush_quickly() -> Refill:
    """Let every flush of this process do so, and return what has to remember the migrated database."""
    refill = Refill(flush.emit_post_migrate_signal)  # type: ignore[attr-defined]
    flush.sql_flush = refill.statements  # type: ignore[attr-defined]
    flush.emit_post_migrate_signal = refill  # type: ignore[attr-defined]
    set_back = TransactionTestCase._reset_sequences  # type: ignore[attr-defined]

    def reset_sequences(db: str) -> None:
        set_back(db)
        refill.move_sequences(db)

    TransactionTestCase._reset_sequences = staticmethod(reset_sequences)  # type: ignore[attr-defined]
    return refill
