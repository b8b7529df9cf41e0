"""Deadlines of HTTP connections: time-outs of sockets are for each read, and a server that drips has many.

A header a second would hold a worker for ever, and is read before anybody sees an answer. So the socket
itself knows when everything must be over.
"""

import io
import time
from typing import Any

from urllib3 import HTTPConnectionPool


def with_deadline(pool: HTTPConnectionPool, deadline: float) -> HTTPConnectionPool:
    """Have every connection of the pool end its reads, headers too, at this time of the monotonic clock."""
    pool.ConnectionCls = type("DeadlineConnection", (_Bounded, pool.ConnectionCls), {"deadline": deadline})
    return pool


class _Bounded:
    deadline: float
    sock: Any

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]  # of a connection of urllib3
        self.sock = _BoundedSocket(self.sock, self.deadline)


class _BoundedSocket:
    """A socket for http.client, which reads by `makefile` alone."""

    def __init__(self, sock: Any, deadline: float) -> None:
        self._sock, self._deadline = sock, deadline

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def makefile(self, *_arguments: Any, **_options: Any) -> io.BufferedReader:
        return io.BufferedReader(_BoundedReader(self._sock, self._deadline))


class _BoundedReader(io.RawIOBase):
    """Reads from a socket, each time for no longer than its time-out and than is left until the deadline."""

    def __init__(self, sock: Any, deadline: float) -> None:
        # Of the socket's own kind: it keeps the socket open until it is read to its end.
        self._file: io.RawIOBase = sock.makefile("rb", buffering=0)
        self._sock, self._patience, self._deadline = sock, sock.gettimeout(), deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("The answer is too slow")
        self._sock.settimeout(left if self._patience is None else min(left, self._patience))
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()
