"""The store's own processes, killed, frozen and started again as a container runtime would do it."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from random import Random

from tests.support.servers import children_of

BASE_DIR = Path(__file__).resolve().parent.parent.parent


class StoreProcess:
    """A Python command of the project, with its children in a group of its own."""

    def __init__(self, name: str, arguments: list[str], environment: dict[str, str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._arguments = arguments
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def has_ended(self) -> bool:
        """Tell whether it was started and ended by itself."""
        return self._process is not None and self._process.poll() is not None

    @property
    def pid(self) -> int:
        """Return its process id. Raises ValueError while it is not started."""
        if self._process is None:
            raise ValueError(f"{self.name} is not started")
        return self._process.pid

    def start(self) -> None:
        """Start the command, and return before it is ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self._arguments],
                cwd=BASE_DIR,
                env=os.environ | self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """End it and its children at once."""
        self._signal_group(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()
            self._process = None

    def kill_main(self) -> None:
        """End the main process alone at once; its children are left to themselves until kill()."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def kill_child(self, random: Random) -> None:
        """End one of its children at once, if it has any."""
        children = children_of(self._process.pid) if self._process is not None else []
        if children:
            with suppress(ProcessLookupError):
                os.kill(random.choice(children), signal.SIGKILL)

    def pause(self) -> None:
        """Freeze it and its children."""
        self._signal_group(signal.SIGSTOP)

    def resume(self) -> None:
        """Let them go on."""
        self._signal_group(signal.SIGCONT)

    def _signal_group(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
