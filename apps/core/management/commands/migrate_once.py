"""`python manage.py migrate_once`: the migrations of containers that start together on one database."""

import logging
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery.utils.log import LoggingProxy
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.db import DatabaseError, InterfaceError, connection, connections
from django.db.migrations.executor import MigrationExecutor

LOCK = 7_391_846_205  # any number, as long as nothing else on this database locks it
POLL_SECONDS = 1.0

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Wait for the database, then migrate it unless another process does so at the same time."""

    help = "Wait for the database and migrate it; processes that start together take turns."
    requires_system_checks = ()  # they may ask the database, which is only now waited for

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare how long to wait, and for what."""
        parser.add_argument(
            "--timeout", type=float, default=60, help="seconds to wait for the database (default: 60)"
        )
        parser.add_argument(
            "--only-wait", action="store_true", help="do not migrate: wait until another process has"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Return when the database answers and no migration is pending.

        Raises CommandError when the database does not answer in time.
        """
        if settings.LOG_FORMAT == "json":  # these are the first lines of a container's log
            self.stdout = OutputWrapper(LoggingProxy(logger, logging.INFO))
        self._wait_for_database(options["timeout"])
        if options["only_wait"]:
            self._wait_for_migrations()
            return
        with self._only_one():
            # Even when none is pending: it also makes what a killed predecessor did not get to, permissions
            # for one.
            call_command("migrate", interactive=False, stdout=self.stdout)

    def _wait_for_database(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        told = ""
        while True:
            try:
                connection.ensure_connection()
                return
            except (DatabaseError, InterfaceError) as error:
                reason = " ".join(str(error).split())
            if time.monotonic() > deadline:
                raise CommandError(f"The database did not answer within {seconds:g} seconds: {reason}")
            if reason != told:
                self._say(f"Waiting for the database: {reason}")
                told = reason
            time.sleep(POLL_SECONDS)

    def _wait_for_migrations(self) -> None:
        told = False
        while pending := _pending_migrations():
            if not told:
                self._say(f"Waiting until another container has migrated: {', '.join(pending)}")
                told = True
            connection.close()
            time.sleep(POLL_SECONDS)

    @contextmanager
    def _only_one(self) -> Iterator[None]:
        if connection.vendor != "postgresql":
            yield
            return
        # A transaction of a connection of its own holds the lock: it ends with the process, and also behind a
        # pooler that hands out its connections by the transaction.
        holder = connections.create_connection("default")
        holder.set_autocommit(False)
        told = False
        try:
            while not _locked(holder):
                if not told:
                    self._say("Another container is migrating; waiting for it.")
                    told = True
                holder.rollback()
                time.sleep(POLL_SECONDS)
            yield
        finally:
            holder.close()

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _locked(holder: Any) -> bool:
    with holder.cursor() as cursor:
        # The migrations are another connection's: this one only waits, however long they take.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        # Without a parameter: that would keep a snapshot, and indexes made concurrently wait for its end.
        cursor.execute(f"SELECT pg_try_advisory_xact_lock({LOCK})")
        return bool(cursor.fetchone()[0])


def _pending_migrations() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]
