"""PostgreSQL, a replica of it, and PgBouncer."""

import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from tests.support.servers.server import HOST, Server


class PostgresServer(Server):
    """PostgreSQL with the database `store`, owned by the role `store`, which may create databases.

    It is quick, as a loss of the machine's power would be the end of its data; a `durable` one is not.
    Where a `copy_of` is given, the files that another one left when it stopped, it begins with those.
    """

    title = "PostgreSQL"
    programs = ("postgres",)
    url_form = f"postgres://store:store@{HOST}:{{port}}/store"
    account = "postgres"
    stop_signal = signal.SIGINT  # SIGTERM would wait until every client has left
    orphan_signal = "QUIT"  # after KILL, a busy backend would work on

    def __init__(self, *, durable: bool = False, copy_of: Path | None = None) -> None:
        super().__init__()
        self.durable, self.copy_of = durable, copy_of

    @classmethod
    def find(cls) -> Path | None:
        # Debian has a folder for each version, none in PATH; a pg_config may come without the server.
        debian = Path("/usr/lib/postgresql").glob("[0-9]*/bin/postgres")
        newest_first = sorted(debian, key=lambda path: float(path.parts[-3]), reverse=True)
        elsewhere = Path(subprocess.getoutput("pg_config --bindir"), "postgres")
        candidates = [super().find() or elsewhere, *newest_first, elsewhere]
        return next((path for path in candidates if path.with_name("initdb").exists()), None)

    def start(self) -> None:
        if self.copy_of and not self._data.exists():
            copy_files(self.copy_of, self._data)
        is_new = not self._data.exists()
        if is_new:
            self._initialise()
        super().start()
        if is_new:
            with self._connect() as connection:
                connection.execute("CREATE ROLE store LOGIN CREATEDB PASSWORD 'store'")
                connection.execute("CREATE DATABASE store OWNER store")

    def leave_files(self, folder: Path) -> None:
        """Stop, and leave a copy of the files as the folder."""
        self.stop()
        copy_files(self._data, folder)

    def _command(self) -> list[str]:
        place = f"-D {self._data} -k {self._data} -h {HOST} -p {self.port} -N 200"
        # synchronous_commit stays on: with fsync off it costs next to nothing, and kill() loses no commit.
        speed = "" if self.durable else "--fsync=off --full_page_writes=off"
        # In the directory: kill() would leave it behind in /dev/shm.
        memory = "--dynamic_shared_memory_type=mmap"
        return [str(self.program), *f"{place} {speed} {memory}".split()]

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            self._connect().close()
            return True
        return False

    def _connect(self) -> psycopg.Connection[Any]:
        address = f"host={HOST} port={self.port} user=postgres dbname=postgres connect_timeout=2"
        return psycopg.connect(address, autocommit=True)

    def _initialise(self) -> None:
        # The locale C knows no capital letters but ASCII; macOS has no C.UTF-8.
        locale = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
        options = f"--username=postgres --auth=trust --encoding=UTF8 --no-sync --locale={locale}"
        initdb = str(self.program.with_name("initdb"))
        if self._launch([initdb, *options.split(), str(self._data)]).wait() != 0:
            self._fail("could not be initialised")


def copy_files(source: Path, target: Path) -> None:
    """Copy a server's files with their owners."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


class ReplicaServer(PostgresServer):
    """A streaming replica of a PostgreSQL."""

    def __init__(self, primary: PostgresServer) -> None:
        super().__init__()
        self.primary = primary

    def start(self) -> None:
        if not self._data.exists():
            self._initialise()
        Server.start(self)

    def _initialise(self) -> None:
        beside = self.program.with_name("pg_basebackup")
        program = str(beside) if beside.exists() else shutil.which("pg_basebackup") or "pg_basebackup"
        source = f"-h {HOST} -p {self.primary.port} -U postgres -R -X stream -c fast --no-sync"
        if self._launch([program, *source.split(), "-D", str(self._data)]).wait() != 0:
            self._fail("could not copy its primary")


class PgBouncerServer(Server):
    """PgBouncer in transaction mode before a PostgreSQL, with `pool_size` connections to it."""

    title = "PgBouncer"
    programs = ("pgbouncer", "/usr/sbin/pgbouncer")  # Debian's is not in the PATH of everybody
    url_form = PostgresServer.url_form
    stop_signal = signal.SIGINT  # SIGTERM would wait in newer releases until every client has left

    def __init__(self, postgres: PostgresServer, *, pool_size: int) -> None:
        super().__init__()
        self.postgres, self.pool_size = postgres, pool_size

    def _command(self) -> list[str]:
        settings = self.directory / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\nstore = host={HOST} port={self.postgres.port} dbname=store user=store\n"
            f"[pgbouncer]\nlisten_addr = {HOST}\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = any\npool_mode = transaction\ndefault_pool_size = {self.pool_size}\n"
        )
        return [str(self.program), str(settings)]

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            psycopg.connect(self.url, connect_timeout=2).close()
            return True
        return False
