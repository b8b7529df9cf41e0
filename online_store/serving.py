"""How a web process ends: what it has taken it answers, and what it has not taken is refused at once."""

from typing import Any

from gunicorn.workers.gthread import ThreadWorker


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
