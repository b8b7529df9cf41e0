"""Unreadable requests: problems too, by gunicorn and by the proxy alike."""

import json
import socket
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from apps.core.api.problems.registry import all_problems, title_of, type_of
from tests.support.proxies import store
from tests.support.servers import HOST, NginxServer

SEARCH = "/api/v1/products/?search="
LINE = len(f"GET {SEARCH} HTTP/1.1")
LONG = {
    "a line above 8 KB": (f"GET {SEARCH}{'a' * (8193 - LINE)} HTTP/1.1", "uri_too_long"),
    "a line of 100 KB": (f"GET {SEARCH}{'%D1%87' * 16_000} HTTP/1.1", "uri_too_long"),
    "a large header": (f"GET {SEARCH} HTTP/1.1\r\nCookie: {'c' * 9000}", "header_fields_too_large"),
    "a huge header": (f"GET {SEARCH} HTTP/1.1\r\nCookie: {'c' * 100_000}", "header_fields_too_large"),
    "no HTTP": ("HELLO", "bad_request"),
    "a version that is none": (f"GET {SEARCH} HTTP/x.y", "bad_request"),
    "a header without a name": (f"GET {SEARCH} HTTP/1.1\r\n: value", "bad_request"),
}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, int]]:
    """Serve the store behind the proxy, and give the ports of both."""
    with store(tmp_path_factory.mktemp("store")) as port:
        if NginxServer.find() is None:
            yield {"gunicorn": port}
            return
        with NginxServer(port) as proxy:
            yield {"gunicorn": port, "proxy": proxy.port}


def ask(port: int, head: str) -> tuple[HTTPResponse, Any]:
    with socket.create_connection((HOST, port), timeout=30) as connection:
        connection.sendall(f"{head}\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        response = HTTPResponse(connection)
        response.begin()
        return response, json.loads(response.read())


@pytest.mark.long
@pytest.mark.parametrize("server", ["gunicorn", "proxy"])
@pytest.mark.parametrize("case", LONG)
def test_request_that_cannot_be_read_is_answered_with_a_problem(
    servers: dict[str, int], server: str, case: str
):
    head, code = LONG[case]
    if server not in servers:
        pytest.skip("no nginx program found")
    response, body = ask(servers[server], head)

    kind = all_problems()[code]
    with override("ru"):
        expected = {"title": title_of(kind.status), "detail": str(kind.meaning)}
    assert response.status == kind.status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Content-Language"] == "ru"
    assert response.headers["Cache-Control"] == "no-store"
    assert len(body["request_id"]) == 32
    assert body == {
        "type": type_of(code),
        **expected,
        "status": kind.status,
        "code": code,
        "request_id": response.headers["X-Request-ID"],
    }


@pytest.mark.long
@pytest.mark.parametrize("server", ["gunicorn", "proxy"])
def test_line_of_eight_kilobytes_is_read(servers: dict[str, int], server: str):
    if server not in servers:
        pytest.skip("no nginx program found")
    response, body = ask(servers[server], f"GET {SEARCH}{'%D1%87' * ((8180 - LINE) // 6)} HTTP/1.1")

    assert response.status == 200 or body["code"] == "invalid_query"  # the search's own limit


def test_texts_of_the_proxy_are_those_of_the_store_in_both_languages():
    conf = (Path(__file__).resolve().parents[2] / "deploy" / "proxy" / "nginx.conf").read_text()
    codes = ("bad_request", "body_too_large", "header_fields_too_large", "unavailable", "uri_too_long")

    for language in ("ru", "en"):
        with override(language):
            for kind in (all_problems()[code] for code in codes):
                assert f'{language} "{title_of(kind.status)}";' in conf
                assert f'{language} "{kind.meaning}";' in conf
                assert type_of(kind.code) in conf
