"""Calls to servers of others are bounded, go nowhere else, and are never made while rows are locked."""

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import requests
from django.db import transaction

from apps.core.outbound_http import CallInTransaction, call


class _Server(BaseHTTPRequestHandler):
    def do_GET(self):
        match self.path:
            case "/moved":
                self.send_response(302)
                self.send_header("Location", "/")
                self.send_header("Content-Length", "0")
                self.end_headers()
            case "/long":
                self._respond(b"x" * 5000)
            case "/drip":
                self.send_response(200)
                self.end_headers()
                for _time in range(50):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    time.sleep(0.05)
            case "/drip-headers":
                self.send_response(200)
                for number in range(50):
                    self.send_header(f"X-{number}", "x")
                    self.flush_headers()
                    time.sleep(0.05)
                self.end_headers()
            case "/silent":
                time.sleep(2)
            case _:
                self._respond(self.headers.get("X-Key", "").encode())

    def _respond(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Stay silent."""


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_answer_is_read_to_its_end(url):
    answer = call("GET", f"{url}/", patience=1, headers={"X-Key": "k-1"})
    assert (answer.status, answer.body) == (200, b"k-1")


def test_redirect_is_an_answer(url):
    assert call("GET", f"{url}/moved", patience=1).status == 302


def test_proxy_of_the_machine_is_not_used(url, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert call("GET", f"{url}/", patience=1).status == 200


def test_answer_that_is_too_long_is_given_up(url):
    with pytest.raises(requests.RequestException, match="too long"):
        call("GET", f"{url}/long", patience=1, max_bytes=4999)


@pytest.mark.parametrize("path", ["/drip", "/drip-headers", "/silent"])
def test_answer_that_is_too_slow_is_given_up(url, path):
    began = time.monotonic()

    with pytest.raises(requests.RequestException):
        call("GET", f"{url}{path}", patience=0.2)

    assert time.monotonic() - began < 1  # twice the patience, and what the machine takes


@pytest.mark.django_db
def test_no_call_is_made_inside_of_a_transaction(url):
    assert call("GET", f"{url}/", patience=1).status == 200
    with transaction.atomic(), pytest.raises(CallInTransaction):
        call("GET", f"{url}/", patience=1)


@pytest.mark.django_db
def test_nothing_else_of_the_project_calls_out_of_a_transaction_either(url):
    with transaction.atomic(), pytest.raises(CallInTransaction):
        requests.get(f"{url}/", timeout=1)
