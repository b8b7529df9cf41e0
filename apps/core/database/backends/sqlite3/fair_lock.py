"""A lock that is handed on in the order in which it was asked for."""

import threading
from collections import deque


class FairLock:
    """Who has a turn keeps it until it is given back; then it is the next one's, who has waited longest.

    An ordinary lock goes to whoever asks first when it is free: mostly to the thread that has just freed it.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._is_taken = False

    def take(self, *, timeout: float) -> bool:
        """Wait at most `timeout` seconds for a turn, and tell whether it came."""
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(timeout):
            return True
        with self._guard:
            if mine.is_set():  # in this very moment
                return True
            self._waiting.remove(mine)
            return False

    def release(self) -> None:
        """End a turn."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False
