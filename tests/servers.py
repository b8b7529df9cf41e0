"""Throw-away PostgreSQL, PgBouncer, Redis, Memcached, nginx on loopback, run by programs of this machine."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, NoReturn, Self

import psycopg

PROXY = Path(__file__).resolve().parent.parent / "deploy" / "proxy"
HOST = "127.0.0.1"
LIMIT_SECONDS = 30
POLL_SECONDS = 0.02
LOG_TAIL = 2000

# Reads process ids line by line. That input ends when the tests end, in whatever way: then it ends the last
# process it read, and removes the directory. PostgreSQL is gone when its lock file is; a process id may stay
# for long, where nobody collects the dead.
LEASH = """
exec >/dev/null 2>&1; pid=
while read -r line; do pid=$line; done
if [ -n "$pid" ]; then
    kill -s "$1" "$pid"; kill -s CONT "$pid"
    for try in $(seq 100); do [ -e "$2/data/postmaster.pid" ] || break; sleep 0.1; done
fi
rm -rf -- "$2"
"""


class ServerFailed(Exception):
    """The server is not installed, not running, or did not get ready: then the message ends with its log."""


class Server(ABC):
    """One server with a port and a directory of its own; `with` starts it, and removes everything at the end.

    Port and data stay the same from stop() or kill() to the next start(). The server ends with the process
    that made it, even when that one is killed. pause() and kill() reach the server's children on Linux only.
    """

    title: ClassVar[str]
    programs: ClassVar[tuple[str, ...]]
    url_form: ClassVar[str]
    question: ClassVar[bytes]
    answer: ClassVar[bytes]
    account: ClassVar[str] = "nobody"  # who runs the server when root makes it
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    orphan_signal: ClassVar[str] = "KILL"

    def __init__(self) -> None:
        program = self.find()
        if program is None:
            raise ServerFailed(f"no {self.title} program found")
        self.program = program
        self._port_guard, self.port = guarded_port()
        self.url = self.url_form.format(port=self.port)
        # Not in TMPDIR, which may lie where the account cannot go, or be too long for the path of a socket.
        self.directory = Path(tempfile.mkdtemp(prefix="store-test-", dir="/tmp"))
        self._log, self._data = self.directory / "log", self.directory / "data"
        leash = ["/bin/sh", "-c", LEASH, "leash", self.orphan_signal, str(self.directory)]
        self._leash = subprocess.Popen(leash, stdin=subprocess.PIPE, text=True, start_new_session=True)
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def find(cls) -> Path | None:
        """Find the server's program; None when it is not installed."""
        found = next(filter(None, map(shutil.which, cls.programs)), None)
        return Path(found) if found else None

    @abstractmethod
    def _command(self) -> list[str]: ...

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the server and wait until it answers. Raises ServerFailed with the end of its log."""
        process = self._launch(self._command())
        for _ in _tries():
            if self._answers():
                return
            if process.poll() is not None:
                break
        self._fail("did not get ready")

    def stop(self) -> None:
        """Ask the server to end, and kill it when that takes too long."""
        if self._process is None:
            return
        self._process.send_signal(self.stop_signal)
        self.resume()  # a frozen server would not obey
        try:
            self._process.wait(LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._hold(None)

    def kill(self) -> None:
        """End the server and its children at once, as a crash does."""
        if self._process is None:
            return
        children = self._signal(signal.SIGSTOP)  # a frozen server starts no more of them
        for pid in children:
            os.kill(pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        self._hold(None)
        # PostgreSQL does not start again while one of them still holds the shared memory.
        for pid in children:
            _wait_for_state(pid, "ZX")

    def pause(self) -> None:
        """Freeze the server: the system still accepts connections for it, and nothing is answered."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen server go on."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """Stop the server for good and remove its directory."""
        self.stop()
        self._leash.communicate()
        self._port_guard.close()

    def _answers(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as connection:
                connection.sendall(self.question)
                return connection.recv(64).startswith(self.answer)
        except OSError:
            return False

    def _launch(self, command: list[str]) -> subprocess.Popen[bytes]:
        options: dict[str, Any] = {}
        if os.geteuid() == 0:
            shutil.chown(self.directory, self.account)
            options = {"user": self.account, "group": pwd.getpwnam(self.account).pw_gid, "extra_groups": []}
        # A session of its own: Ctrl-C in a terminal is for the tests, which then stop their servers.
        options |= {"start_new_session": True, "stdin": subprocess.DEVNULL, "cwd": self.directory}
        with self._log.open("ab") as log:
            process = subprocess.Popen[bytes](command, stdout=log, stderr=log, **options)
        self._hold(process)
        return process

    def _hold(self, process: subprocess.Popen[bytes] | None) -> None:
        self._process = process
        print(process.pid if process else "", file=self._leash.stdin, flush=True)

    def _signal(self, number: signal.Signals) -> list[int]:
        """Signal the server, then its children, and list these."""
        if self._process is None:
            raise ServerFailed(f"{self.title} is not running")
        self._process.send_signal(number)
        if number == signal.SIGSTOP:
            _wait_for_state(self._process.pid, "TZX")
        children = children_of(self._process.pid)
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        return children

    def _fail(self, reason: str) -> NoReturn:
        tail = self._log.read_text(errors="replace")[-LOG_TAIL:]
        self.close()
        raise ServerFailed(f"{self.title} {reason}:\n{tail}")


class PostgresServer(Server):
    """PostgreSQL with the database `store`, owned by the role `store`, which may create databases.

    It is quick, as a loss of the machine's power would be the end of its data; a `durable` one is not.
    """

    title = "PostgreSQL"
    programs = ("postgres",)
    url_form = f"postgres://store:store@{HOST}:{{port}}/store"
    account = "postgres"
    stop_signal = signal.SIGINT  # SIGTERM would wait until every client has left
    orphan_signal = "QUIT"  # after KILL, a busy backend would work on

    def __init__(self, *, durable: bool = False) -> None:
        super().__init__()
        self.durable = durable

    @classmethod
    def find(cls) -> Path | None:
        # Debian has a folder for each version, none in PATH; a pg_config may come without the server.
        debian = Path("/usr/lib/postgresql").glob("[0-9]*/bin/postgres")
        newest_first = sorted(debian, key=lambda path: float(path.parts[-3]), reverse=True)
        elsewhere = Path(subprocess.getoutput("pg_config --bindir"), "postgres")
        candidates = [super().find() or elsewhere, *newest_first, elsewhere]
        return next((path for path in candidates if path.with_name("initdb").exists()), None)

    def start(self) -> None:
        is_new = not self._data.exists()
        if is_new:
            self._initialise()
        super().start()
        if is_new:
            with self._connect() as connection:
                connection.execute("CREATE ROLE store LOGIN CREATEDB PASSWORD 'store'")
                connection.execute("CREATE DATABASE store OWNER store")

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


class RedisServer(Server):
    """Redis without snapshots; with `appendonly`, data survive stop() and kill()."""

    title = "Redis"
    programs = ("redis-server", "valkey-server")
    url_form = f"redis://{HOST}:{{port}}/0"
    question, answer = b"PING\r\n", b"+PONG"

    def __init__(self, *, appendonly: bool = False) -> None:
        super().__init__()
        self.appendonly = appendonly

    def _command(self) -> list[str]:
        storage = ["--save", "", "--appendonly", "yes" if self.appendonly else "no"]
        return [str(self.program), "--bind", HOST, "--port", str(self.port), *storage]


class MemcachedServer(Server):
    """Memcached, empty after every start."""

    title = "Memcached"
    programs = ("memcached",)
    url_form = f"{HOST}:{{port}}"
    question, answer = b"version\r\n", b"VERSION"
    stop_signal = signal.SIGKILL  # it has nothing to save, and takes a second to obey SIGTERM

    def _command(self) -> list[str]:
        return [str(self.program), "-l", HOST, "-p", str(self.port), "-U", "0"]


class NginxServer(Server):
    """nginx as deploy/proxy runs it, before a server on a port of this machine.

    `variables` are those of the service `proxy` in docker-compose.yml.
    """

    title = "nginx"
    programs = ("nginx", "/usr/sbin/nginx")  # Debian's is not in the PATH of everybody
    url_form = f"http://{HOST}:{{port}}"
    question, answer = b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n", b"HTTP/1."
    stop_signal = signal.SIGQUIT
    orphan_signal = "TERM"  # after KILL its workers would work on

    def __init__(self, upstream_port: int, **variables: str) -> None:
        super().__init__()
        self.upstream_port, self.variables = upstream_port, variables
        self._health_guard, self._health_port = guarded_port()

    def close(self) -> None:
        super().close()
        self._health_guard.close()

    def _command(self) -> list[str]:
        # Docker's own places and names, in place of which there are those of this server.
        changes = {
            "/tmp/": f"{self.directory}/",
            "/etc/nginx/store.conf": f"{self.directory}/store.conf",
            "/dev/stdout": f"{self.directory}/access",
            "http://web:8000": f"http://{HOST}:{self.upstream_port}",
            "listen 8000;": f"listen {HOST}:{self.port};",
            f"listen {HOST}:8001;": f"listen {HOST}:{self._health_port};",
            "exec nginx": f"exec {self.program}",
        }
        for source, name in (("nginx.conf", "store.conf"), ("start.sh", "start.sh")):
            text = (PROXY / source).read_text()
            for theirs, ours in changes.items():
                text = text.replace(theirs, ours)
            (self.directory / name).write_text(text)
        given = [f"{name}={value}" for name, value in self.variables.items()]
        return ["env", *given, "/bin/sh", str(self.directory / "start.sh")]


def guarded_port() -> tuple[socket.socket, int]:
    """Choose a free port, and keep it: the system could give it to a client of a server that is down."""
    guard = socket.socket()
    guard.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does: so both may bind
    guard.bind((HOST, 0))
    port: int = guard.getsockname()[1]
    if sys.platform != "linux":  # elsewhere that does not let two sockets share a port
        guard.close()
    return guard, port


def _tries() -> Iterator[None]:
    deadline = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < deadline:
        yield
        time.sleep(POLL_SECONDS)


def children_of(pid: int) -> list[int]:
    """List the ids of a process's children; none where the system has no /proc."""
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _wait_for_state(pid: int, states: str) -> None:
    """Wait for one of the states that /proc shows (T frozen, Z and X dead), or for the process to be gone."""
    for _ in _tries():
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
        except OSError:
            return
        if state in states:
            return
