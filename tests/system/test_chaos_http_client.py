"""The clients of `make chaos` repeat a request until it is answered, and note what nobody should get."""

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from threading import Thread

import pytest

from scripts.chaos import http_client
from scripts.chaos.http_client import GivenUp, HttpClient, Request
from scripts.chaos.journal import Day, Journal

ORDER = Request("POST", "orders/", body={"items": []}, key="key-1")
Answers = list[tuple[int, dict[str, str]]]
Start = Callable[[Answers], "Server"]

pytestmark = pytest.mark.long


class Server(ThreadingHTTPServer):
    """Answer in turn as it was told, status 0 by closing the connection; remember the keys that came."""

    daemon_threads = True

    def __init__(self, answers: Answers) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = iter(answers)
        self.keys: list[str | None] = []


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        self.server.keys.append(self.headers["Idempotency-Key"])
        status, headers = next(self.server.answers)
        if not status:
            return
        self.send_response(status)
        for name, value in {"Content-Length": "2", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Return a function that starts a server; no client pauses or cuts by chance."""
    monkeypatch.setattr(http_client, "PAUSE_SECONDS", (0.0, 0.0))
    monkeypatch.setattr(http_client, "PATIENCE_SECONDS", (10.0, 10.0))
    monkeypatch.setattr(http_client, "CUT_SHARE", 0.0)
    servers: list[Server] = []

    def begin(answers: Answers) -> Server:
        servers.append(Server(answers))
        Thread(target=servers[-1].serve_forever, daemon=True).start()
        return servers[-1]

    yield begin
    for server in servers:
        server.shutdown()
        server.server_close()


def client_of(server: Server, journal: Journal, day: Day | None = None) -> HttpClient:
    return HttpClient([server.server_port], Random(), journal, day or Day(60))


def test_request_is_sent_again_with_its_key_until_it_is_answered(start: Start):
    server, journal = start([(0, {}), (503, {"Retry-After": "5"}), (201, {})]), Journal()

    response = client_of(server, journal).send(ORDER)

    assert (response.status, response.lost) == (201, 2)
    assert server.keys == ["key-1"] * 3
    assert journal.unexpected_responses == []


@pytest.mark.parametrize(("status", "headers"), [(500, {"Retry-After": "5"}), (503, {})])
def test_error_that_nobody_should_get_is_noted(start: Start, status: int, headers: dict[str, str]):
    server, journal = start([(status, headers), (201, {})]), Journal()

    response = client_of(server, journal).send(ORDER)

    assert (response.status, response.lost) == (201, 1)
    assert journal.unexpected_responses == [f"POST orders/ answered {status}: {{}}"]


def test_cut_request_reaches_the_store_and_is_sent_again(start: Start, monkeypatch: pytest.MonkeyPatch):
    server, journal = start([(201, {})] * 2), Journal()
    chances = iter([0.0, 0.0, 0.0, 1.0])  # of each attempt: how patient it is, whether it is cut
    random = Random()
    monkeypatch.setattr(random, "random", lambda: next(chances))
    monkeypatch.setattr(http_client, "CUT_SHARE", 0.5)

    response = HttpClient([server.server_port], random, journal, Day(60)).send(ORDER)

    assert (response.status, response.lost) == (201, 1)
    assert journal.tally["cut on purpose"] == 1


def test_request_is_given_up_when_the_day_is_called_off(start: Start):
    day = Day(60)
    day.call_off()

    with pytest.raises(GivenUp, match="POST orders/ was not answered"):
        client_of(start([]), Journal(), day).send(ORDER)
