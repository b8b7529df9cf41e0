"""Servers of the bench's own: PostgreSQL as durable as it comes, Redis, Memcached, store and reference."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self, TypeVar

import psycopg
from pymemcache.client.base import Client
from redis import Redis

from tests.support.servers import MemcachedServer, PostgresServer, RedisServer, children_of, guarded_port

BASE_DIR = Path(__file__).resolve().parent.parent
STAFF, CUSTOMER, PASSWORD = "admin", "customer", "online-store-demo"
START_SECONDS = 60

T = TypeVar("T")


class ProgramMissing(Exception):
    """A program that the bench needs is not installed."""


class CommandFailed(Exception):
    """A command of the store failed; the text is what it said."""


class Stage:
    """What every part of the bench runs on; `with` starts the services and the database, and ends them."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="store-bench-"))
        self.answers = self.folder / "answers"  # bytes that the reference gives out
        self.answers.mkdir()
        self._stack = ExitStack()
        self._stack.callback(shutil.rmtree, self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.push(self._stack.pop_all())
            self.postgres = stack.enter_context(PostgresServer(durable=True))
            self.redis = stack.enter_context(RedisServer(appendonly=True))
            self.memcached = stack.enter_context(MemcachedServer())
            self.environment = {
                "DATABASE_URL": self.postgres.url,
                "CELERY_BROKER_URL": self.redis.url,
                "MEMCACHED_SERVERS": self.memcached.url,
                "STORE_EMBEDDED": "false",
                "DJANGO_DEBUG": "false",
                "DJANGO_SECRET_KEY": secrets.token_urlsafe(48),
                "JWT_SIGNING_KEY": secrets.token_urlsafe(48),
                "VAR_DIR": str(self.folder / "var"),
                "BENCH_ANSWERS": str(self.answers),
                "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
                # One customer asks as often as all of a shop's together.
                "THROTTLE_USER": "",
                "THROTTLE_ADDRESS": "",
                "THROTTLE_UNCONFIRMED": "",
                "LOG_FORMAT": "json",
            }
            self.manage("migrate", "--verbosity", "0")
            self.manage("createsuperuser", "--noinput", "--username", STAFF, "--email", "admin@example.com")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it printed. Raises CommandFailed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CommandFailed(f"manage.py {' '.join(arguments)}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def connect(self) -> psycopg.Connection[Any]:
        """Return a new connection to the database."""
        return psycopg.connect(self.postgres.url, autocommit=True)

    def memcache(self) -> Client:
        """Return a client of Memcached."""
        host, _colon, port = self.memcached.url.partition(":")
        return Client((host, int(port)))

    def take_messages(self) -> None:
        """Take what waits at the broker, as workers on other machines would: a full one is not written to."""
        with Redis.from_url(self.redis.url) as redis:
            redis.delete("celery")

    @contextmanager
    def web(self, application: str = "online_store.wsgi:application", **variables: str) -> Iterator["Web"]:
        """Serve as the container does (entrypoint.sh)."""
        guard, port = guarded_port()
        with (
            guard,
            self.process(
                "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", **variables
            ) as process,
        ):
            web = Web(f"http://127.0.0.1:{port}", process)
            wait_until(web.is_up)
            yield web

    @contextmanager
    def reference(self, **variables: str) -> Iterator["Web"]:
        """Serve the reference, by the same server with the same settings."""
        # gunicorn.conf.py asks for settings before it loads the application.
        variables["DJANGO_SETTINGS_MODULE"] = "benchmarks.reference.settings"
        with self.web("benchmarks.reference.wsgi:application", **variables) as web:
            yield web

    @contextmanager
    def process(self, *arguments: str, **variables: str) -> Iterator["subprocess.Popen[bytes]"]:
        """Run a Python command of the project until the block ends."""
        log = self.folder / "processes.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=BASE_DIR,
                env=os.environ | self.environment | variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(START_SECONDS)


class Web:
    """A server that answers."""

    def __init__(self, url: str, process: "subprocess.Popen[bytes]") -> None:
        self.url = url
        self.process = process

    def is_up(self) -> bool:
        """Tell whether it answers, whatever it is."""
        try:
            self.get("/healthz")
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def get(self, path: str, token: str = "") -> "Answered":
        """Ask for the path. Raises urllib.error.HTTPError for a refusal."""
        return self._ask(path, token)

    def post(self, path: str, body: dict[str, Any], token: str = "") -> "Answered":
        """Post the body. Raises urllib.error.HTTPError for a refusal."""
        return self._ask(path, token, body, "POST")

    def patch(self, path: str, body: dict[str, Any], token: str) -> "Answered":
        """Change what is there. Raises urllib.error.HTTPError for a refusal."""
        return self._ask(path, token, body, "PATCH")

    def log_in(self, name: str) -> str:
        """Return an access token, which is good for ten minutes."""
        answer = self.post("/api/v1/auth/login/", {"username": name, "password": PASSWORD})
        return str(json.loads(answer.body)["access"])

    def _ask(
        self, path: str, token: str, body: dict[str, Any] | None = None, method: str = "GET"
    ) -> "Answered":
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answered(answer.read(), dict(answer.headers))


class Answered:
    """An answer."""

    def __init__(self, body: bytes, headers: dict[str, str]) -> None:
        self.body = body
        self.headers = headers


def require_programs(names: tuple[str, ...]) -> None:
    """Raise ProgramMissing unless all of the programs, and the servers, are installed."""
    missing = [name for name in names if shutil.which(name) is None]
    servers = (PostgresServer, RedisServer, MemcachedServer)
    missing += [server.title for server in servers if server.find() is None]
    if missing:
        raise ProgramMissing(f"These programs are missing: {', '.join(missing)}.")


def cpu_seconds(process: "subprocess.Popen[bytes]") -> float:
    """Return the processor time (seconds) of the process's children, which do the work of a server."""
    ticks = 0
    for child in children_of(process.pid):
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(") ")[2].split()
        ticks += int(fields[11]) + int(fields[12])  # user and system: proc(5) counts them from the state on
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_bytes(process_id: int) -> int:
    """Return how much memory the process holds."""
    lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))


def wait_until(condition: Callable[[], T], seconds: float = START_SECONDS) -> T:
    """Return the first true result of the condition. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing after {seconds:g} seconds")
        time.sleep(0.02)
    return result
