"""A server that is restarted or taken away under load loses no request. Real gunicorn processes."""

import signal
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.support.processes import running, wait_for
from tests.support.proxies import TcpProxy

CLIENTS = 8
PAUSE_SECONDS = 0.01  # of a client: the server is busy, and the machine has time to start its processes
GET, POST = ("GET", "/healthz", 200), ("POST", "/api/v1/auth/login/", 400)  # neither needs the database
JSON = {"Content-Type": "application/json"}


class Load:
    """Clients that ask again and again over kept connections, and count every answer and every failure."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(CLIENTS)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(30)

    def served(self, more: int) -> None:
        """Wait until so many more requests are answered."""
        before = self.answers.total()
        wait_for(lambda: self.answers.total() >= before + more)

    def _ask(self) -> None:
        link = HTTPConnection("127.0.0.1", self.port, timeout=20)
        while not self._over.wait(PAUSE_SECONDS):
            for method, path, expected in (GET, POST):
                try:
                    link.request(method, path, b"{}" if method == "POST" else None, JSON)
                    answer = link.getresponse()
                    answer.read()
                except (OSError, HTTPException) as error:
                    link.close()
                    self.failures[repr(error)] += 1
                else:
                    (self.answers if answer.status == expected else self.failures)[
                        f"{method} {answer.status}"
                    ] += 1
        link.close()


@pytest.mark.long
def test_server_renews_its_processes_under_load_without_a_failed_request(tmp_path: Path):
    with web(tmp_path, "a") as (process, port), Load(port) as load:
        load.served(50)
        before = serving(process)
        for _ in range(2):
            process.send_signal(signal.SIGHUP)
            wait_for(lambda before=before: len(serving(process) - before) == 2)
            load.served(50)
            before |= serving(process)
        wait_for(lambda: len(serving(process)) == 2)

    assert load.failures == {}
    assert load.answers.keys() == {"GET 200", "POST 400"}


@pytest.mark.long
def test_one_of_two_servers_can_be_stopped_under_load_without_a_failed_request(tmp_path: Path):
    with ExitStack() as stack:
        (leaving, first), (_, second) = (stack.enter_context(web(tmp_path, name)) for name in "ab")
        balancer = stack.enter_context(TcpProxy(first, second)).start()
        load = stack.enter_context(Load(balancer.port))
        load.served(100)

        leaving.send_signal(signal.SIGTERM)
        exit_code = leaving.wait(30)

        load.served(100)

    assert exit_code == 0
    assert load.failures == {}


def test_stopping_server_refuses_connections_at_once_and_finishes_its_request(tmp_path: Path):
    with web(tmp_path, "a") as (process, port):
        half_sent = socket.create_connection(("127.0.0.1", port))
        half_sent.sendall(b"POST /api/v1/auth/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n")
        half_sent.sendall(b"Content-Type: application/json\r\n\r\n{")
        with Load(port) as load:  # what is answered now came after the half-sent request
            load.served(10)

        process.send_signal(signal.SIGTERM)
        wait_for(lambda: refuses(port), seconds=20)
        half_sent.sendall(b"}")

        with half_sent:
            assert half_sent.recv(4096).startswith(b"HTTP/1.1 400 Bad Request")
        assert process.wait(30) == 0


def test_server_that_cannot_load_the_store_never_opens_its_port(tmp_path: Path):
    log = tmp_path / "log"
    command = ("-m", "gunicorn", "online_store.wsgi:application", "-b", "127.0.0.1:0")
    with running(*command, log=log, DJANGO_DEBUG="perhaps", VAR_DIR=str(tmp_path)) as process:
        exit_code = process.wait(60)

    assert exit_code != 0
    assert "DJANGO_DEBUG must be true or false." in log.read_text()
    assert "Listening at" not in log.read_text()


@contextmanager
def web(folder: Path, name: str) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """Run a server of two processes as a container does, on a port of its own."""
    with socket.socket() as guard:
        guard.bind(("127.0.0.1", 0))
        port = guard.getsockname()[1]
    command = ("-m", "gunicorn", "online_store.wsgi:application", "-b", f"127.0.0.1:{port}")
    environment = {
        "WEB_CONCURRENCY": "2",
        "DATABASE_URL": "",
        "STORE_EMBEDDED": "false",
        "VAR_DIR": str(folder / name),
    }
    with running(*command, log=folder / f"{name}.log", **environment) as process:
        wait_for(lambda: len(serving(process)) == 2 and not refuses(port))
        yield process, port


def serving(process: "subprocess.Popen[bytes]") -> set[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return set(map(int, children.read_text().split()))


def refuses(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False
