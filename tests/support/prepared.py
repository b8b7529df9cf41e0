"""What takes long to make, and is made once for all processes of a test run; each takes a copy."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.support.processes import BASE_DIR, commands


def prepared_once(name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder that `make` was given and has filled, in this process or another one."""
    folder = Path(os.environ["STORE_TEST_PREPARED"], name)
    is_whole = folder.with_suffix(".whole")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_whole.exists():
            folder.mkdir()
            make(folder)
            is_whole.touch()
    return folder


def load_demo(environment: dict[str, str]) -> None:
    """Migrate an empty database and load the demo data."""
    both = commands("migrate", "load_demo --without-pictures")
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", both]
    subprocess.run(command, cwd=BASE_DIR, env=os.environ | environment, check=True, capture_output=True)
