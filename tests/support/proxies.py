"""A TCP proxy for tests: a balancer before several servers, or a network that goes away."""

import contextlib
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import requests

from tests.support.embedded_store import database_of, prepared_database
from tests.support.processes import running, wait_for
from tests.support.production_server import free_port
from tests.support.servers import HOST

CONNECT_SECONDS = 5


class TcpProxy:
    """Pass each connection on to the next server that takes it; before `start` connections are refused."""

    def __init__(self, *ports: int) -> None:
        self._servers = list(ports)
        self._turn = 0
        self._listener = socket.socket()
        self._listener.bind((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._hole = (
            threading.Event()
        )  # set: whoever has connected up to now, or does so, hears nothing for ever
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._hole.set()  # what is on its way stays there
        for end in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def start(self) -> Self:
        """Begin to accept connections."""
        self._listener.listen(128)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def swallow(self) -> None:
        """Become a black hole: connections stay open and can be made, but no byte comes through."""
        self._hole.set()

    def restore(self) -> None:
        """Let new connections through; those from before stay dead, and nobody tells their ends."""
        self._hole = threading.Event()

    def _accept(self) -> None:
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            self._sockets.append(client)
            if not self._hole.is_set():
                self._join(client, self._hole)

    def _join(self, client: socket.socket, hole: threading.Event) -> None:
        server = self._connect()
        if server is None:
            client.close()
            return
        self._sockets.append(server)
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=_pump, args=(source, sink, hole), daemon=True).start()

    def _connect(self) -> socket.socket | None:
        for _ in self._servers:
            self._turn += 1
            port = self._servers[self._turn % len(self._servers)]
            with contextlib.suppress(OSError):
                return socket.create_connection((HOST, port), timeout=CONNECT_SECONDS)
        return None


def _pump(source: socket.socket, sink: socket.socket, hole: threading.Event) -> None:
    source.settimeout(None)
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            if hole.is_set():
                return
            sink.sendall(data)
        if not hole.is_set():
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def store(folder: Path, **variables: str) -> Iterator[int]:
    """Serve the store with the demo data as Compose does, but for its database; yields the port."""
    port = free_port()
    environment = {
        "STORE_EMBEDDED": "true",
        "DATABASE_URL": "",
        "VAR_DIR": str(folder / "var"),
        "PROXY_COUNT": "1",
        "WEB_CONCURRENCY": "1",
        "SHIPPING_API_URL": "http://127.0.0.1:9/",
        **variables,
    }
    database_of(folder).parent.mkdir()
    shutil.copy(prepared_database(), database_of(folder))
    gunicorn = ("-m", "gunicorn", "online_store.wsgi:application", "--bind", f"{HOST}:{port}")
    with running(*gunicorn, log=folder / "web.log", **environment):
        wait_for(lambda: is_up(port))
        yield port


def is_up(port: int) -> bool:
    try:
        return requests.get(f"http://{HOST}:{port}/healthz", timeout=2).status_code == 200
    except requests.RequestException:
        return False
