"""The store with all that it needs, in the shape of production or embedded."""

import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

import psycopg

from scripts.chaos.payment_provider import FAULT_SHARE, FAULTS, PaymentProvider
from scripts.chaos.processes import BASE_DIR, StoreProcess
from scripts.chaos.smtp_server import SmtpServer
from tests.support.servers import MemcachedServer, PostgresServer, RedisServer, guarded_port

STAFF, PASSWORD = "admin", "online-store-demo"
START_SECONDS = 120
POLL_SECONDS = 0.2
CARRIER_FAULT_SHARE = "0.2"
SLOW_SECONDS = "3"
CARRIER_TIMEOUT = "2"  # seconds; below the slow answer, which then comes for nobody
WEB_PROCESSES, WORKERS = 2, 2

T = TypeVar("T")


class StageFailed(Exception):
    """The store could not be started; the text is a sentence for people."""


class Stage(ABC):
    """A store in a folder of its own; `with` starts it, and ends it however the chaos ends."""

    web_count: ClassVar[int]

    def __init__(self, folder: Path, smtp_server: SmtpServer, carrier_faults: tuple[str, ...]) -> None:
        self.folder = folder
        self.parcels_log = folder / "parcels"
        guarded = [guarded_port() for _ in range(self.web_count)]
        self.ports = [port for _guard, port in guarded]
        self.processes: list[StoreProcess] = []
        self.environment = {
            "PYTHONUNBUFFERED": "1",
            "VAR_DIR": str(folder / "var"),
            "EMAIL_URL": smtp_server.url,
            "EMAIL_FROM": "store@localhost",
            "SHIPPING_API_TIMEOUT": CARRIER_TIMEOUT,
            "STORE_TAX_CLASS": "standard",
        }
        self._carrier_faults = carrier_faults
        self._guards = [guard for guard, _port in guarded]  # no client may be given a dead server's port
        guard, port = guarded_port()
        self._guards.append(guard)
        self.provider = PaymentProvider(f"http://127.0.0.1:{port}")
        secret = secrets.token_urlsafe(48)
        self.environment |= {
            "PAYMENT_PROVIDERS": "manual,emulator",
            "PAYMENT_EMULATOR_URL": self.provider.url,
            "PAYMENT_EMULATOR_SECRET": secret,
            "STORE_URL": f"http://127.0.0.1:{self.ports[0]}",
        }
        options = ["--port", str(port), "--rate", str(FAULT_SHARE), "--slow-seconds", SLOW_SECONDS]
        options += [option for fault in FAULTS for option in ("--fault", fault)]
        self.payment_provider = self.process("payment-provider", "manage.py", "payment_emulator", *options)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._stack = stack
            self.environment["SHIPPING_API_URL"] = self._start_carrier()
            self.payment_provider.start()
            stack.callback(self.payment_provider.kill)
            self._start()
            for process in self.processes:
                stack.callback(process.kill)
                process.start()
            for port in self.ports:
                wait_until(partial(is_up, port), f"nothing answers at port {port}")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    @abstractmethod
    def _start(self) -> None:
        """Start the services, prepare the database and list the processes."""

    @abstractmethod
    def connect(self) -> Any:
        """Return a new connection (DB-API) to the store's database."""

    def answers(self) -> bool:
        """Tell whether the database can be asked."""
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def deadlocks(self) -> list[str]:
        """Return what the database has to say about transactions that locked each other out."""
        return []

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it printed. Raises StageFailed when it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StageFailed(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def differences(self, command: str) -> list[str]:
        """Return what `verify_stock` or `verify_orders` has to say against the database."""
        try:
            self.manage(command)
        except StageFailed as failure:
            return str(failure).splitlines()[1:]
        return []

    def calls(self, call: str) -> tuple[str, ...]:
        """Return the arguments that call a function of `scripts.chaos.configuration` in the store."""
        name = call.partition("(")[0]
        return "shell", "--no-imports", "-c", f"from scripts.chaos.configuration import {name}; {call}"

    def process(self, name: str, *arguments: str, **environment: str) -> StoreProcess:
        """Make a process of the store, which is not started yet."""
        return StoreProcess(name, list(arguments), self.environment | environment, self.folder)

    def _start_carrier(self) -> str:
        faults = [option for fault in self._carrier_faults for option in ("--fault", fault)]
        options = ["--rate", CARRIER_FAULT_SHARE, "--slow-seconds", SLOW_SECONDS]
        options += ["--port", "0", "--log", str(self.parcels_log)]
        self.parcels_log.touch()
        carrier = self.process("carrier", "manage.py", "carrier_emulator", *faults, *options, DATABASE_URL="")
        self._stack.callback(carrier.kill)
        carrier.start()
        line = wait_until(lambda: _line_of(carrier.log), "the carrier does not start")
        return line.removeprefix("SHIPPING_API_URL=")


class Production(Stage):
    """PostgreSQL, Redis, Memcached, two web servers, two workers, beat."""

    web_count = WEB_PROCESSES

    def _start(self) -> None:
        self.postgres = self._stack.enter_context(PostgresServer())
        self._postgres_log = self.postgres.directory / "log"
        self._stack.callback(lambda: shutil.copy(self._postgres_log, self.folder / "postgres.log"))
        self.redis = self._stack.enter_context(RedisServer())
        self.memcached = self._stack.enter_context(MemcachedServer())
        self.environment |= {
            "STORE_EMBEDDED": "false",
            "DATABASE_URL": self.postgres.url,
            "CELERY_BROKER_URL": self.redis.url,
            "MEMCACHED_SERVERS": self.memcached.url,
            "DJANGO_SECRET_KEY": secrets.token_urlsafe(48),
            "JWT_SIGNING_KEY": "",
            "THROTTLE_USER": "",  # the phones of the chaos never rest
            "THROTTLE_ADDRESS": "",
            "THROTTLE_REGISTER": "",
            "THROTTLE_MAILBOX": "",
            "THROTTLE_UNCONFIRMED": "",  # its customers confirm no address
            "THROTTLE_COUPON": "",
            "THROTTLE_PAYMENT": "",
            "THROTTLE_CALLBACK": "",
            "WEB_CONCURRENCY": "2",
            "WEB_THREADS": "4",
        }
        self.manage("migrate", "--verbosity", "0")
        self.manage("load_demo")
        self.environment |= {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}
        self.manage("createsuperuser", "--noinput", "--username", STAFF, "--email", "admin@example.com")
        self.webs = [self._web(number, port) for number, port in enumerate(self.ports, start=1)]
        self.workers = [self._worker(number) for number in range(1, WORKERS + 1)]
        schedule = str(self.folder / "beat-schedule")
        self.beat = self.process(
            "beat", "-m", "celery", "-A", "online_store", "beat", "--schedule", schedule, "--pidfile="
        )
        self.processes = [*self.webs, *self.workers, self.beat]

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.postgres.url, connect_timeout=5)

    def deadlocks(self) -> list[str]:
        lines = self._postgres_log.read_text(errors="replace").splitlines()
        return [line for line in lines if "deadlock detected" in line]

    def _web(self, number: int, port: int) -> StoreProcess:
        bind = f"127.0.0.1:{port}"
        arguments = ("-m", "gunicorn", "online_store.wsgi:application", "--bind", bind)
        return self.process(f"web-{number}", *arguments, DATABASE_POOL_SIZE="8")

    def _worker(self, number: int) -> StoreProcess:
        options = f"--hostname worker{number}@%h --concurrency 2 --without-gossip --without-mingle -l info"
        arguments = ("-m", "celery", "-A", "online_store", "worker", *options.split())
        return self.process(f"worker-{number}", *arguments, DATABASE_POOL_SIZE="0")


class Embedded(Stage):
    """One process on SQLite."""

    web_count = 1

    def _start(self) -> None:
        services = ("DATABASE_URL", "CELERY_BROKER_URL", "MEMCACHED_SERVERS")
        keys = ("DJANGO_SECRET_KEY", "JWT_SIGNING_KEY")
        self.environment |= {"STORE_EMBEDDED": "true", "PORT": str(self.ports[0])}
        self.environment |= dict.fromkeys((*services, *keys), "")
        self.store = self.process("embedded", "manage.py", "embedded")
        self.processes = [self.store]

    def connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.folder / "var" / "store.sqlite3", timeout=30)


STAGES: dict[str, type[Stage]] = {"production": Production, "embedded": Embedded}


def is_up(port: int) -> bool:
    """Tell whether the store serves there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def wait_until(condition: Callable[[], T], complaint: str) -> T:
    """Return the first true result of the condition. Raises StageFailed with the complaint after a while."""
    deadline = time.monotonic() + START_SECONDS
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise StageFailed(f"{complaint} after {START_SECONDS} seconds")
        time.sleep(POLL_SECONDS)
    return result


def _line_of(log: Path) -> str:
    whole_lines = log.read_text().split("\n")[:-1]
    return next((line for line in whole_lines if line.startswith("SHIPPING_API_URL=")), "")
