"""Backups of PostgreSQL: pg_dump's custom format, and its way back in one transaction.

`pg_restore --clean` drops only what the backup holds: a table that a newer release has added would stay, and
stop the restore or the next migration. So pg_restore only reads the file here, and psql writes: it drops what
is there, takes what pg_restore says, and is told to commit when pg_restore has read the file to its end.
"""

import os
import re
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

from django.db import connection
from psycopg import pq
from psycopg.conninfo import make_conninfo

from apps.core.database.backups.files import BackupFailed

SUFFIX = ".dump"
MAGIC = b"PGDMP"
LOCK_SECONDS = 10

# What extensions own is theirs: a backup names the extension alone.
DROPS = """
    SELECT format('DROP TABLE IF EXISTS %s CASCADE;', oid::regclass) FROM pg_class
    WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
    UNION ALL
    SELECT format('DROP ROUTINE IF EXISTS %s CASCADE;', oid::regprocedure) FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""


def dump(file: Path) -> None:
    """Write the database as it is at one moment into the file. Raises BackupFailed."""
    program = _program("pg_dump")
    _refuse_older_than_server(program)
    _run([program, "--format=custom", f"--file={file}", f"--dbname={_address()}"])


def check(file: Path) -> None:
    """Raise BackupFailed unless the file is a backup of a store in pg_dump's custom format."""
    with file.open("rb") as opened:
        if opened.read(len(MAGIC)) != MAGIC:
            raise BackupFailed(
                f"{file} is not a backup in pg_dump's custom format. This store runs on PostgreSQL."
            )
    contents = _run([_program("pg_restore"), "--list", str(file)])
    if not re.search(r"TABLE DATA \S+ django_migrations ", contents):
        raise BackupFailed(f"{file} is not a backup of a store.")


def load(file: Path) -> None:
    """Replace the database by the file, in one transaction. Raises BackupFailed."""
    with connection.cursor() as cursor:
        cursor.execute(DROPS)
        drops = [statement for (statement,) in cursor.fetchall()]
    connection.close()
    # A store that still runs holds locks; waiting for them would block it too.
    start = ["BEGIN;", "SET client_min_messages = warning;", f"SET lock_timeout = '{LOCK_SECONDS}s';", *drops]
    read = [_program("pg_restore"), "--no-owner", "--no-privileges", "--no-comments", "--file=-", str(file)]
    write = [_program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={_address()}"]
    with tempfile.TemporaryFile() as log:
        if not _piped(read, write, "\n".join([*start, ""]), log):
            raise BackupFailed(f"Nothing was changed. {_told(log)}")


def _piped(read: list[str], write: list[str], start: str, log: IO[bytes]) -> bool:
    """Tell whether all that `read` says was written and committed; an end without COMMIT takes all back."""
    with (
        _started(read, stdout=subprocess.PIPE, stderr=log) as reader,
        _started(write, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log) as writer,
    ):
        source, target = cast("IO[bytes]", reader.stdout), cast("IO[bytes]", writer.stdin)
        with suppress(BrokenPipeError):  # psql ends at the first error, and tells it
            target.write(start.encode())
            shutil.copyfileobj(source, target)
            if reader.wait() == 0:
                target.write(b"\nCOMMIT;\n")
            target.close()
        return reader.poll() == 0 and writer.wait() == 0


def _run(command: list[str]) -> str:
    with _started(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        said, complaint = (output.decode(errors="replace") for output in process.communicate())
    if process.returncode:
        raise BackupFailed(" ".join(complaint.split()))
    return said


def _started(command: list[str], **streams: Any) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(command, env=_environment(), **streams)  # noqa: S603  no shell reads it


def _program(name: str) -> str:
    if path := shutil.which(name):
        return path
    raise BackupFailed(
        f"The program {name} is missing. It comes with PostgreSQL's client (Debian: apt install "
        "postgresql-client); in Docker Compose, use the one of the service db, see docs/operations.md."
    )


def _refuse_older_than_server(pg_dump: str) -> None:
    """Raise BackupFailed when the server is of a newer major version than pg_dump."""
    connection.ensure_connection()
    server = connection.connection.info.server_version // 10_000
    found = re.search(r"\d+", _run([pg_dump, "--version"]))
    version = int(found[0]) if found else 0
    if version < server:
        raise BackupFailed(
            f"pg_dump {version} cannot read a server of version {server}: install PostgreSQL's client "
            f"{server}, or run pg_dump where the server runs, see docs/operations.md."
        )


def _environment() -> dict[str, str]:
    """Return the environment with what libpq takes from it: the password is not for the list of processes."""
    given = connection.get_connection_params()
    options = {option.keyword.decode(): option.envvar for option in pq.Conninfo.get_defaults()}
    named = {name: variable.decode() for name, variable in options.items() if variable}
    variables = {named[name]: str(value) for name, value in given.items() if name in named}
    return os.environ | variables  # noqa: TID251  of a program that is started


def _address() -> str:
    """Return the database's name with the options that libpq takes from no variable, without secrets."""
    given = connection.get_connection_params()
    options = [option for option in pq.Conninfo.get_defaults() if not option.envvar and not option.dispchar]
    unnamed = {option.keyword.decode() for option in options}
    return make_conninfo(
        dbname=given["dbname"], **{name: value for name, value in given.items() if name in unnamed}
    )


def _told(log: IO[bytes]) -> str:
    log.seek(0)
    return " ".join(log.read().decode(errors="replace").split())
