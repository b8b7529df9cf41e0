"""The store's own processes for tests: a server, a worker, their signals, and waiting for what they do."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from django.db import connection

BASE_DIR = Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 90
POLL_SECONDS = 0.05
# A test may ask as often as it likes, unless it gives a limit.
NO_BUDGETS = dict.fromkeys(
    (
        "THROTTLE_USER",
        "THROTTLE_ADDRESS",
        "THROTTLE_REGISTER",
        "THROTTLE_PASSWORD_RESET",
        "THROTTLE_MAIL",
        "THROTTLE_MAILBOX",
        "THROTTLE_UNCONFIRMED",
        "THROTTLE_COUPON",
        "THROTTLE_PAYMENT",
        "THROTTLE_CALLBACK",
    ),
    "",
)
# Python ignores them itself, and `subprocess` gives the programs their default actions.
IGNORED_BY_PYTHON = {signal.SIGPIPE, signal.SIGXFSZ}

T = TypeVar("T")


def wait_for(condition: Callable[[], T], *, seconds: float = LIMIT_SECONDS) -> T:
    """Return the first true result of the condition; fail when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(POLL_SECONDS)
    raise AssertionError(f"Nothing after {seconds} s")


@contextmanager
def programs_heed_signals() -> Iterator[None]:
    """Start programs with the default action of every signal, also where this process ignores some.

    What was ignored from the start (SIGINT in the background of a script, SIGHUP under nohup) stays ignored
    in whatever a process starts. A handler does not: the program gets the default action in its place.
    """
    candidates = signal.valid_signals() - IGNORED_BY_PYTHON
    ignored = [number for number in candidates if signal.getsignal(number) == signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, lambda _number, _frame: None)
    try:
        yield
    finally:
        for number in ignored:
            signal.signal(number, signal.SIG_IGN)


def commands(*names: str) -> str:
    """Return code for `manage.py shell` that runs the commands: each process takes a second to start."""
    return "\n".join(
        ["from django.core.management import call_command", *map("call_command(*{!r}.split())".format, names)]
    )


@contextmanager
def running(
    *arguments: str, log: Path, program: str = sys.executable, **environment: str
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a command of the project in a process group of its own, and end it afterwards."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [program, *arguments],
            cwd=BASE_DIR,
            env=os.environ | NO_BUDGETS | environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            kill_group(process, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                kill_group(process, signal.SIGKILL)
                process.wait()


def kill_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """Send the signal to the process and all its children."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def in_child(work: Callable[[], int]) -> int:
    """Do the work in a copy of this process, and return its exit code; a signal's number is negative."""
    connection.close()
    child = os.fork()
    if child == 0:
        exit_code = 2
        try:
            # The pool and its connections are the parent's.
            connection.settings_dict["OPTIONS"].pop("pool", None)
            exit_code = work()
        finally:
            os._exit(exit_code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
