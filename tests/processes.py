"""The store's own processes for tests: a server, a worker, and waiting for what they do."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

BASE_DIR = Path(__file__).resolve().parent.parent
LIMIT_SECONDS = 90
POLL_SECONDS = 0.05
# A test may ask as often as it likes, unless it gives a budget.
NO_BUDGETS = dict.fromkeys(
    ("THROTTLE_USER", "THROTTLE_ADDRESS", "THROTTLE_REGISTER", "THROTTLE_PASSWORD_RESET"), ""
)

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
