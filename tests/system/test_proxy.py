"""The proxy of Docker Compose: what a client says of its address and scheme does not reach the store."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from tests.support.proxies import store
from tests.support.servers import HOST, NginxServer

pytestmark = pytest.mark.skipif(NginxServer.find() is None, reason=f"no {NginxServer.title} program found")
SPOOFED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Protocol": "ssl",
    "X-Forwarded-Ssl": "on",
    "X_Forwarded_For": "203.0.113.9",
    "Forwarded": "for=203.0.113.9;proto=https;host=evil.example",
}
Nginx = Callable[..., NginxServer]


class Echo(BaseHTTPRequestHandler):
    """Answer with the headers that came, and let a CDN keep the answer."""

    def do_GET(self) -> None:
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/xml; charset=utf-8")
        self.send_header("ETag", '"v1"')
        self.send_header("Cache-Control", "public, max-age=0, must-revalidate, s-maxage=60")
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def echo() -> Iterator[int]:
    with ThreadingHTTPServer((HOST, 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def nginx() -> Iterator[Nginx]:
    """Return a function that puts the proxy before a port."""
    with ExitStack() as stack:
        yield lambda port, **variables: stack.enter_context(NginxServer(port, **variables))


def seen_through(proxy: NginxServer, **headers: str) -> dict[str, str]:
    """Return the headers of which the application hears."""
    heard = requests.get(f"{proxy.url}/api/v1/products/", headers=SPOOFED | headers, timeout=10).json()
    kept = {name: value for name, value in heard.items() if "forwarded" in name.replace("_", "-")}
    return {**kept, "host": heard["host"]}


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"FORWARDED_ALLOW_IPS": "192.0.2.0/24"},
        {"FORWARDED_ALLOW_IPS": "192.0.2.0/24", "DJANGO_HTTPS_PROXY": "true"},
    ],
)
def test_what_a_client_says_of_itself_is_overwritten(echo: int, nginx: Nginx, variables: dict[str, str]):
    proxy = nginx(echo, **variables)

    seen = seen_through(proxy)

    assert seen == {
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-proto": "http",
        "host": f"{HOST}:{proxy.port}",
    }


def test_host_reaches_the_store_as_it_was_asked_for(echo: int, nginx: Nginx):
    assert seen_through(nginx(echo), Host="shop.example")["host"] == "shop.example"


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/admin/catalog/product/import/", 3_000_000, 200),
        ("/admin/catalog/product/import/1/decision/", 3_000_000, 413),
        ("/api/v1/orders/", 3_000_000, 413),
        ("/api/v1/orders/", 600_000, 200),
        ("/api/v1/admin/products/12/images/", 10_500_000, 200),
        ("/api/v1/admin/products/12/images/", 12_000_000, 413),
        ("/api/v1/admin/products/12/images/3/", 3_000_000, 413),
        ("/api/v1/admin/products/bulk/", 4_000_000, 200),
        ("/api/v1/admin/products/bulk/", 6_000_000, 413),
        ("/api/v1/admin/stock/bulk/", 4_000_000, 200),
        ("/api/v1/admin/stock/bulk/", 6_000_000, 413),
        ("/api/v1/admin/products/bulk/1/", 3_000_000, 413),
    ],
)
def test_only_tables_pictures_and_bulk_may_be_large(
    echo: int, nginx: Nginx, path: str, size: int, status: int
):
    response = requests.post(f"{nginx(echo).url}{path}", data=b"x" * size, timeout=20)

    assert response.status_code == status


def test_proxy_keeps_nothing_of_what_a_cdn_may_keep(echo: int, nginx: Nginx):
    url = nginx(echo).url

    ids = [requests.get(url, headers={"X-Request-ID": name}, timeout=10).json() for name in ("one", "two")]

    assert [heard["x-request-id"] for heard in ids] == ["one", "two"]


@pytest.mark.parametrize("path", ["/feeds/yml.xml", "/sitemap.xml", "/sitemap-12.xml"])
def test_feeds_are_compressed_on_their_way(echo: int, nginx: Nginx, path: str):
    proxy = nginx(echo)

    compressed = requests.get(f"{proxy.url}{path}", headers={"Accept-Encoding": "gzip"}, timeout=10)
    plain = requests.get(f"{proxy.url}{path}", headers={"Accept-Encoding": "identity"}, timeout=10)

    assert compressed.headers["Content-Encoding"] == "gzip"
    assert compressed.headers["ETag"] == 'W/"v1"'  # which the store knows again
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["ETag"] == '"v1"'


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("203.0.113.9, 198.51.100.7", "198.51.100.7"),
        ("203.0.113.9, 198.51.100.7, 127.0.0.1", "198.51.100.7"),
        ("203.0.113.9, 2001:db8::7", "2001:db8::7"),
        ("garbage", "127.0.0.1"),
    ],
)
def test_believed_proxy_tells_the_address_that_it_has_seen(echo: int, nginx: Nginx, sent: str, seen: str):
    proxy = nginx(echo, DJANGO_HTTPS_PROXY="true", FORWARDED_ALLOW_IPS="127.0.0.1")

    heard = seen_through(proxy, **{"X-Forwarded-For": sent})

    assert heard == {"x-forwarded-for": seen, "x-forwarded-proto": "https", "host": f"{HOST}:{proxy.port}"}


def test_store_counts_by_the_address_of_the_connection(tmp_path: Path, nginx: Nginx):
    with store(tmp_path, THROTTLE_REGISTER="5/day") as port:
        proxy = nginx(port)
        answers = [
            requests.post(
                f"{proxy.url}/api/v1/auth/register/",
                json={},
                headers=SPOOFED | {"X-Forwarded-For": f"203.0.113.{number}"},
                timeout=30,
            ).status_code
            for number in range(7)
        ]

    assert answers == [400] * 5 + [429] * 2


def test_store_takes_no_client_s_word_for_tls_or_for_its_host(tmp_path: Path, nginx: Nginx):
    with store(tmp_path, DJANGO_HTTPS_PROXY="true") as port:
        proxy = nginx(port, DJANGO_HTTPS_PROXY="true", FORWARDED_ALLOW_IPS="192.0.2.1")
        believed = nginx(port, DJANGO_HTTPS_PROXY="true", FORWARDED_ALLOW_IPS="127.0.0.1")

        spoofed = ask(proxy, SPOOFED)
        through_tls = ask(believed, SPOOFED)
        foreign = ask(believed, SPOOFED | {"Host": "evil.example"})

    assert (spoofed.status_code, spoofed.headers["Location"]) == (
        301,
        f"https://{HOST}:{proxy.port}/admin/login/",
    )
    assert (through_tls.status_code, "evil" in through_tls.text) == (200, False)
    assert foreign.status_code == 400


def ask(proxy: NginxServer, headers: dict[str, str]) -> requests.Response:
    return requests.get(f"{proxy.url}/admin/login/", headers=headers, allow_redirects=False, timeout=30)
