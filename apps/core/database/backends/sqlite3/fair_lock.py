"""Fair lock: acquired in the order in which threads asked for it.

Workaround for SQLite, which has no queue of writers (see `base.py`).
"""

import threading
from collections import deque


class FairLock:
    """A lock that goes to the thread that has waited longest.

    An ordinary lock goes to whoever asks first when it is free: mostly to the thread that has just freed it.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._is_held = False

    def acquire(self, *, timeout: float) -> bool:
        """Wait at most `timeout` seconds for the lock, and tell whether it was acquired."""
        with self._mutex:
            if not self._is_held:
                self._is_held = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(timeout):
            return True
        with self._mutex:
            if mine.is_set():  # in this very moment
                return True
            self._waiting.remove(mine)
            return False

    def release(self) -> None:
        """Release the lock, to the next thread that waits."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_held = False
