"""Files come from public servers only, over TLS, in time; no address leads to machines of the store."""

import errno
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.db import transaction

from apps.core import guarded_fetch
from apps.core.guarded_fetch import FetchProblem, FetchRefused, ServerAway, fetch
from apps.core.outbound_http import CallInTransaction

NAME, PUBLIC, OTHER_PUBLIC = "files.example", "93.184.216.34", "2606:2800:220:1::1"
CERTIFICATE = (
    f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={NAME} -addext subjectAltName=DNS:{NAME}"
)
# Addresses, names and other ways to write them: all would reach what listens on this machine, or beside it.
PRIVATE = [
    "https://127.0.0.1/",
    "https://127.0.0.1:{port}/",
    "https://localhost/",
    "https://LOCALHOST./",
    "https://store.localhost/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://127.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.0.0.1./",
    "https://１２７.０.０.１/",
    "https://0.0.0.0/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://10.0.0.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://192.168.1.1/",
    "https://224.0.0.1/",
    "https://loop.example/",
    "https://loop6.example/",
    "https://mapped.example/",
    "https://metadata.example/",
    "https://both.example/",
    "https://db/",
    "https://redis.internal/",
    "https://printer.local/",
    "https://files.example@127.0.0.1/",
    "https://127.0.0.1\\@files.example/",
    "https://127.0.0.1#@files.example/",
    "https://files.example:8443/",
    "http://files.example/",
    "http://127.0.0.1/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "//127.0.0.1/",
    "https://",
    "https:///etc/passwd",
    "https://[::1/",
    "https://files.example:port/",
    "https://files.example/\r\nHost: localhost",
    "https://" + "a" * 2000,
]
ANSWERS = {
    NAME: [[PUBLIC]],
    "turns.example": [[PUBLIC], ["127.0.0.1"]],
    "unreachable-first.example": [[OTHER_PUBLIC, PUBLIC]],
    "another.example": [[PUBLIC]],
    "loop.example": [["127.0.0.1"]],
    "loop6.example": [["::1"]],
    "mapped.example": [["::ffff:127.0.0.1"]],
    "metadata.example": [["169.254.169.254"]],
    "both.example": [[PUBLIC, "127.0.0.1"]],
    "down.example": [[OTHER_PUBLIC]],
}
FILE = (200, {"Content-Length": "7"}, b"picture")
PAGES = {
    "/moved": (302, {"Content-Length": "0", "Location": "https://127.0.0.1/"}, b""),
    "/gone": (404, {"Content-Length": "0"}, b""),
    "/busy": (503, {"Content-Length": "0"}, b""),
    "/announced": (200, {"Content-Length": "11000000"}, b""),
    "/cut": (200, {"Content-Length": "8", "Connection": "close"}, b"picture"),
    "/endless": (200, {"Connection": "close"}, b""),
    "/drip": (200, {}, b""),
}
AUTHORITIES = guarded_fetch.AUTHORITIES


class Files(BaseHTTPRequestHandler):
    """A server of files, and of all that one may do wrong."""

    seen: list[tuple[str, str]]

    def do_GET(self) -> None:
        self.seen.append((self.headers["Host"], self.path))
        status, headers, body = PAGES.get(self.path, FILE)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        while self.path == "/drip":
            self.send_header("X-Header", "x")
            self.flush_headers()
            time.sleep(0.02)
        self.end_headers()
        self.wfile.write(body)
        while self.path == "/endless":
            self.wfile.write(b"x" * 65_536)

    def log_message(self, *args: object) -> None:
        """Stay silent."""


class QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args: object) -> None:
        """Clients that break off are what is tested."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    chain, key = folder / "cert.pem", folder / "key.pem"
    command = [*CERTIFICATE.split(), "-keyout", str(key), "-out", str(chain)]
    subprocess.run(command, check=True, capture_output=True)
    return chain, key


@pytest.fixture
def server(certificate: tuple[Path, Path]) -> Iterator[ThreadingHTTPServer]:
    handler = type("Handler", (Files,), {"seen": []})
    with QuietServer(("127.0.0.1", 0), handler) as listening:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        listening.socket = context.wrap_socket(
            listening.socket, server_side=True, do_handshake_on_connect=False
        )
        Thread(target=listening.serve_forever, args=(0.02,), daemon=True).start()
        yield listening
        listening.shutdown()


@pytest.fixture
def connected(
    server: ThreadingHTTPServer, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """Put the server where a public address leads; return the addresses that were connected to."""
    addresses: list[str] = []
    left = {name: list(answers) for name, answers in ANSWERS.items()}
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def lookup(host: str, port: int, *args: int, **options: int) -> list[tuple[object, ...]]:
        if host not in left:
            return resolve(host, port, *args, **options)
        answers = left[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [entry for ip in found for entry in resolve(ip, port, *args, **options)]

    def lead(sock: socket.socket, address: tuple[str, int]) -> None:
        addresses.append(address[0])
        if address[0] == OTHER_PUBLIC:
            raise OSError(errno.ENETUNREACH, "Network is unreachable")
        connect(sock, server.server_address if address == (PUBLIC, guarded_fetch.PORT) else address)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket.socket, "connect", lead)
    monkeypatch.setattr(guarded_fetch, "AUTHORITIES", str(certificate[0]))
    return addresses


@pytest.fixture
def listener(connected: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Listen on every address of this machine, at the only port to which the guard lets."""
    with socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listening:
        listening.setblocking(False)
        monkeypatch.setattr(guarded_fetch, "PORT", listening.getsockname()[1])
        yield listening


def test_file_is_fetched_from_the_address_that_was_judged(server, connected):
    assert fetch(f"https://{NAME}/a/Кружка.webp?v=1&w=ä") == b"picture"
    assert connected == [PUBLIC]
    path = "/a/%D0%9A%D1%80%D1%83%D0%B6%D0%BA%D0%B0.webp?v=1&w=%C3%A4"
    assert server.RequestHandlerClass.seen == [(NAME, path)]


@pytest.mark.parametrize("url", [f"https://{NAME.upper()}.", f"https://{NAME}:443/", f"https://{NAME}/#top"])
def test_host_is_known_by_its_name(server, connected, url):
    assert fetch(url) == b"picture"
    assert server.RequestHandlerClass.seen == [(NAME, "/")]


@pytest.mark.parametrize("url", PRIVATE)
def test_address_that_is_not_public_is_never_connected_to(listener, connected, url):
    with pytest.raises(FetchRefused) as refused:
        fetch(url.format(port=listener.getsockname()[1]), seconds=2)

    assert refused.value.problem in {FetchProblem.ADDRESS, FetchProblem.NOT_PUBLIC}
    assert connected == []
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "loop.example"])
def test_without_the_guard_the_listener_would_have_seen_it(listener, connected, monkeypatch, host):
    monkeypatch.setattr(guarded_fetch, "is_public", lambda _address: True)

    with pytest.raises(ServerAway):
        fetch(f"https://{host}/", seconds=0.3)

    assert len(connected) == 1
    listener.accept()[0].close()


def test_name_server_that_answers_otherwise_the_second_time_changes_nothing(listener, connected, monkeypatch):
    monkeypatch.setattr(guarded_fetch, "PORT", 443)

    with pytest.raises(FetchRefused) as refused:
        fetch("https://turns.example/")

    assert refused.value.problem == FetchProblem.CERTIFICATE  # of the server at the first address
    assert connected == [PUBLIC]
    assert socket.getaddrinfo("turns.example", 443)[0][4][0] == "127.0.0.1"  # so it would be by now
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_address_that_cannot_be_reached_is_followed_by_the_next(connected):
    with pytest.raises(FetchRefused):  # the certificate is another host's
        fetch("https://unreachable-first.example/")

    assert connected == [OTHER_PUBLIC, PUBLIC]


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        (f"https://{NAME}/moved", FetchProblem.MOVED),
        (f"https://{NAME}/gone", FetchProblem.REFUSED),
        (f"https://{NAME}/announced", FetchProblem.TOO_LARGE),
        (f"https://{NAME}/endless", FetchProblem.TOO_LARGE),
        ("https://another.example/", FetchProblem.CERTIFICATE),
        ("https://nowhere.invalid/", FetchProblem.NO_HOST),
    ],
)
def test_address_that_gives_no_file_is_refused_for_good(connected, url, problem):
    with pytest.raises(FetchRefused) as refused:
        fetch(url)

    assert refused.value.problem == problem
    assert "127.0.0.1" not in connected


@pytest.mark.parametrize("url", [f"https://{NAME}/busy", f"https://{NAME}/cut", "https://down.example/"])
def test_server_that_is_away_may_be_asked_again(connected, url):
    with pytest.raises(ServerAway):
        fetch(url)


def test_certificate_that_nobody_vouches_for_is_refused(server, connected, monkeypatch):
    monkeypatch.setattr(guarded_fetch, "AUTHORITIES", AUTHORITIES)

    with pytest.raises(FetchRefused) as refused:
        fetch(f"https://{NAME}/")

    assert refused.value.problem == FetchProblem.CERTIFICATE
    assert server.RequestHandlerClass.seen == []


def test_headers_that_drip_are_given_up_in_time(connected):
    began = time.monotonic()

    with pytest.raises(ServerAway):
        fetch(f"https://{NAME}/drip", seconds=0.5)

    assert 0.4 < time.monotonic() - began < 1.5


def test_name_server_that_does_not_answer_is_given_up_in_time(connected, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: time.sleep(1) or [])
    began = time.monotonic()

    with pytest.raises(ServerAway):
        fetch(f"https://{NAME}/", seconds=0.1)

    assert time.monotonic() - began < 0.9


@pytest.mark.django_db
def test_nothing_is_fetched_inside_of_a_transaction(connected):
    with transaction.atomic(), pytest.raises(CallInTransaction):
        fetch(f"https://{NAME}/")

    assert connected == []
