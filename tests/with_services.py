"""Run a command with real servers: those that the environment names, else throw-away ones.

python -m tests.with_services COMMAND ARGUMENTS…
"""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from types import FrameType

from tests.support.servers import MemcachedServer, PostgresServer, RedisServer, Server, ServerFailed

KEYS = {"DJANGO_SECRET_KEY", "JWT_SIGNING_KEY"}
# Seconds. What a request may take in production would fail tests on a busy machine.
SLOW_MACHINE = {
    "DATABASE_STATEMENT_TIMEOUT": "60",
    "DATABASE_LOCK_TIMEOUT": "60",
    "DATABASE_IDLE_TIMEOUT": "60",
}
Handler = Callable[[int, FrameType | None], object] | signal.Handlers
FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Service:
    """A kind of server, and the variable in which the store looks for it."""

    name: str
    variable: str
    scheme: str
    server: type[Server]

    @property
    def is_named(self) -> bool:
        """Tell whether the environment names such a server; a DATABASE_URL may also name an SQLite file."""
        address = os.environ.get(self.variable, "")
        return address != "" and address.startswith(self.scheme)

    @property
    def is_missing(self) -> bool:
        return not self.is_named and self.server.find() is None


SERVICES = (
    Service("postgres", "DATABASE_URL", "postgres", PostgresServer),
    Service("redis", "CELERY_BROKER_URL", "", RedisServer),
    Service("memcached", "MEMCACHED_SERVERS", "", MemcachedServer),
)


def main(command: list[str]) -> int:
    """Run the command and return its exit code; under CI, return 1 instead when a server is missing."""
    _on_signals(_leave)
    missing = [service for service in SERVICES if service.is_missing]
    fails = os.environ.get("CI") == "true"
    for service in missing:
        outcome = "fail under CI" if fails else "are skipped"
        print(f"no {service.server.title} program found: tests that need it {outcome}", file=sys.stderr)
    if missing and fails:
        return 1
    with ExitStack() as servers:
        available = [service for service in SERVICES if service not in missing]
        return _run(command, os.environ | _variables(available, servers))


def _variables(available: list[Service], servers: ExitStack) -> dict[str, str]:
    variables = {
        "STORE_EMBEDDED": "false",
        **SLOW_MACHINE,
        "STORE_TEST_SERVICES": ",".join(service.name for service in available),
        "VAR_DIR": servers.enter_context(tempfile.TemporaryDirectory(prefix="store-test-var-")),
    }
    for service in available:
        if not service.is_named:
            variables[service.variable] = servers.enter_context(service.server()).url
        if service.server is PostgresServer:
            variables |= _keys()
    return variables


def _keys() -> dict[str, str]:
    """Make the keys that the store wants to be given with any database but SQLite."""
    given = {name.removesuffix("_FILE") for name, value in os.environ.items() if value}
    return {name: secrets.token_urlsafe(48) for name in KEYS - given}


def _run(command: list[str], environment: dict[str, str]) -> int:
    early: list[int] = []  # a signal may come while the command starts: it would leave it behind, or be lost
    _on_signals(lambda number, _frame: early.append(number))
    # A session of its own: so Ctrl-C in a terminal reaches the command once, from here.
    child = subprocess.Popen(command, env=environment, start_new_session=True)

    def forward(number: int, frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, number)

    _on_signals(forward)
    for number in early:
        forward(number, None)
    exit_code = child.wait()
    _on_signals(signal.SIG_IGN)  # nothing may keep the servers from being stopped
    return exit_code if exit_code >= 0 else 128 - exit_code


def _on_signals(handler: Handler) -> None:
    for number in FORWARDED:
        signal.signal(number, handler)


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    try:
        sys.exit(main(sys.argv[1:]))
    except ServerFailed as failure:
        sys.exit(str(failure))
