"""The programs that tests start heed signals, whatever the tests were started to ignore."""

import signal
import subprocess
import sys

import pytest

from tests.support.processes import BASE_DIR

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1]
# Signals itself first, then the program, and tells how that one has ended.
STARTER = """
import os, subprocess, sys
from tests.support.processes import programs_heed_signals

number = int(sys.argv[1])
with programs_heed_signals():
    program = subprocess.Popen(["sleep", "60"])
    os.kill(os.getpid(), number)
    program.send_signal(number)
    print(program.wait(20))
os.kill(os.getpid(), number)
"""

pytestmark = pytest.mark.long


@pytest.mark.parametrize("number", SIGNALS)
def test_program_ends_by_a_signal_that_its_starter_ignores(number: signal.Signals):
    script = 'trap "" "$1"; exec "$2" -c "$3" "$1"'
    command = ["/bin/sh", "-c", script, "sh", str(number.value), sys.executable, STARTER]

    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=True)

    assert (done.stdout, done.stderr) == (f"{-number}\n", "")


def test_every_test_starts_its_programs_so(request: pytest.FixtureRequest):
    assert "signals_of_programs" in request.fixturenames
