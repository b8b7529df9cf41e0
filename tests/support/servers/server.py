"""The base of all throw-away servers."""

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
