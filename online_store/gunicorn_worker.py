"""The gunicorn worker: limits of requests, responses to unreadable ones, and shutdown."""

import contextlib
import socket
import time
from typing import Any

from django.utils.module_loading import import_string
from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

# As the proxy, whose buffers for a header have 8 KB. It is the most that gunicorn can.
MAX_REQUEST_LINE = 8190  # bytes
# What is read of a request that was refused: whoever still sends would not see the response.
MAX_UNREAD = 256 * 1024  # bytes
UNREAD_SECONDS = 1.0


class StoreWorker(ThreadWorker):
    """gunicorn's threaded worker, but one that closes its listener as soon as it is told to end.

    The original closes it after its last request. Until then the system accepts connections that nobody
    serves, and resets them in the end, maybe with a POST inside. A refused connection is what a proxy may
    safely take to another server, whatever the method.
    """

    def set_accept_enabled(self, enabled: bool) -> None:
        """Begin or stop to accept connections; for good when the process is to end."""
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                self._accept_the_rest(listener)
                listener.close()

    def _accept_the_rest(self, listener: Any) -> None:
        before = -1
        while before != self.nr_conns:
            before = self.nr_conns
            self.accept(listener)


def write_problem(connection: Any, status: int, reason: str, message: str) -> None:
    """Answer a request that cannot be read with a problem, where gunicorn would write a page of HTML."""
    # By name: Django is loaded after the class above.
    response = import_string("apps.core.api.problems.unreadable_requests.response_to_unreadable")(status)
    response["Connection"] = "close"
    response["Content-Length"] = len(response.content)
    head = f"HTTP/1.1 {response.status_code} {response.reason_phrase}\r\n".encode()
    util.write_nonblock(connection, head + response.serialize_headers() + b"\r\n\r\n" + response.content)
    with contextlib.suppress(OSError):
        _read_the_rest(connection)


def _read_the_rest(connection: Any) -> None:
    """Let the client end what it sends: to close before would reset the connection, response and all."""
    connection.shutdown(socket.SHUT_WR)
    deadline, read = time.monotonic() + UNREAD_SECONDS, 0
    while read < MAX_UNREAD and (left := deadline - time.monotonic()) > 0:
        connection.settimeout(left)
        if not (data := connection.recv(65_536)):
            return
        read += len(data)


util.write_error = write_problem  # it has no setting for this
