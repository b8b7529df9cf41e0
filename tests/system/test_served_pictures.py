"""Pictures are served by the proxy of Compose, and by the store alike; nothing else of their folder is."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
import yaml
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.test import Client

from apps.catalog.image_files import rendition_name, rendition_url
from online_store.env.media import in_folders
from tests.support.servers import HOST, NginxServer

SHA = "ab" + "0123456789abcdef" * 3 + "0123456789abcd"
NAME = rendition_name(SHA, 480)
PICTURE = b"RIFF....WEBP"
BASE_DIR = Path(__file__).resolve().parents[2]
OTHERS = [
    "",
    "products/",
    "products/ab/",
    f"products/ab/{SHA}",
    f"products/ab/{SHA}.webp",
    f"products/ab/{SHA}-0480.webp",
    f"products/ab/{SHA}-480.webp%0A",
    f"products/ab/{SHA}-480.webp/",
    f"products/ab/{SHA}-480.png",
    f"products/ab/{SHA.upper()}-480.webp",
    f"products/cd/{SHA}-480.webp",
    f"products/ab/{SHA}-160.webp",  # is not there
    ".drafts/tmp1",
    "secret.txt",
    "../media-originals/secret.txt",
    "..%2fmedia-originals%2fsecret.txt",
    "products/ab/../../secret.txt",
    "products/ab/../../../media-originals/secret.txt",
]
Nginx = Callable[[], NginxServer]
with_nginx = pytest.mark.skipif(NginxServer.find() is None, reason=f"no {NginxServer.title} program found")


class Elsewhere(BaseHTTPRequestHandler):
    """The store behind the proxy, which has no such file."""

    def do_GET(self) -> None:
        self.send_response(404)
        self.send_header("X-Asked", self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    """Return the folder of the store's files, with one picture and what must not be seen."""
    settings.STORAGES = settings.STORAGES | in_folders(tmp_path / "media")
    fill(tmp_path / "media")
    return tmp_path / "media"


def fill(media: Path) -> None:
    kept = in_folders(media)
    for alias, name, content in (
        ("default", NAME, PICTURE),
        ("default", "secret.txt", b"secret"),
        ("default", ".drafts/tmp1", b"secret"),
        ("originals", "secret.txt", b"secret"),
    ):
        storages.create_storage(kept[alias]).save(name, ContentFile(content))


@pytest.fixture
def proxy() -> Iterator[NginxServer]:
    with ExitStack() as stack:
        server = stack.enter_context(ThreadingHTTPServer((HOST, 0), Elsewhere))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stack.callback(server.shutdown)
        nginx = NginxServer(server.server_address[1])
        fill(nginx.media)
        yield stack.enter_context(nginx)


@pytest.fixture
def client(folder: Path) -> Client:
    return Client()


def test_store_serves_the_file_for_good(client: Client):
    response = client.get(f"/media/{NAME}")

    assert (response.status_code, b"".join(response.streaming_content)) == (200, PICTURE)
    kept = ("Content-Type", "Content-Length", "Cache-Control", "X-Content-Type-Options", "ETag")
    assert [response[name] for name in kept] == [
        "image/webp",
        str(len(PICTURE)),
        "public, max-age=31536000, immutable",
        "nosniff",
        f'"{SHA}-480.webp"',
    ]
    assert not {"Vary", "Content-Language", "Set-Cookie"} & response.headers.keys()
    assert rendition_url(SHA, 480).endswith(f"/media/{NAME}")


@pytest.mark.django_db  # whose connection is looked after at the end of a response
def test_store_tells_of_a_file_without_sending_it(client: Client):
    head = client.head(f"/media/{NAME}")
    unchanged = client.get(f"/media/{NAME}", headers={"If-None-Match": f'"{SHA}-480.webp"'})
    refused = client.post(f"/media/{NAME}")
    head.close()

    assert (head.status_code, head["Content-Length"]) == (200, str(len(PICTURE)))
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", OTHERS)
def test_store_serves_nothing_else_of_the_folder(client: Client, path: str):
    response = client.get(f"/media/{path}")

    assert response.status_code == 404
    assert "immutable" not in response.get("Cache-Control", "")


def test_store_serves_no_files_that_are_in_a_bucket(client: Client, settings):
    settings.MEDIA_IN_FOLDER = False

    assert client.get(f"/media/{NAME}").status_code == 404


def test_pages_may_show_pictures_of_the_cdn(settings):
    settings.MEDIA_URL = "https://cdn.example/shop/"

    policy = Client().get("/nothing")["Content-Security-Policy"]

    assert "img-src 'self' data: https://cdn.example;" in policy
    assert default_storage.url(NAME) == f"https://cdn.example/shop/{NAME}"


@with_nginx
def test_proxy_serves_the_file_for_good(proxy: NginxServer):
    url = f"{proxy.url}/media/{NAME}"
    response = requests.get(url, timeout=10)
    head = requests.head(url, timeout=10)
    unchanged = requests.get(url, headers={"If-None-Match": response.headers["ETag"]}, timeout=10)
    refused = requests.post(url, timeout=10)

    assert (response.status_code, response.content) == (200, PICTURE)
    for answer in (response, head, unchanged):
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Type"] == head.headers["Content-Type"] == "image/webp"
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(PICTURE)))
    assert (unchanged.status_code, refused.status_code) == (304, 405)


@with_nginx
def test_proxy_serves_nothing_else_of_the_folder(proxy: NginxServer):
    with requests.Session() as session:
        for path in OTHERS:
            asked = requests.Request("GET", proxy.url).prepare()
            asked.url = f"{proxy.url}/media/{path}"  # as it is: nothing tidied up
            response = session.send(asked, timeout=10)

            assert response.status_code == 404, path
            assert "X-Asked" in response.headers, path  # whatever it has not, the store is asked for
            assert "Cache-Control" not in response.headers, path


def test_containers_share_the_pictures_and_the_proxy_sees_nothing_else():
    services = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text())["services"]
    config = (BASE_DIR / "deploy" / "proxy" / "nginx.conf").read_text()
    image = (BASE_DIR / "Dockerfile").read_text()

    for name in ("web", "worker"):
        assert "media:/var/lib/store/media" in services[name]["volumes"]
    assert services["proxy"]["volumes"] == [
        {
            "type": "volume",
            "source": "media",
            "target": "/var/lib/store/media",
            "read_only": True,
            "volume": {"nocopy": True},
        }
    ]
    assert "root /var/lib/store;" in config
    assert "VAR_DIR=/var/lib/store\n" in image
    assert '-m 755 "$VAR_DIR/media"' in image
    assert os.path.basename(in_folders(Path("/var/lib/store/media"))["originals"]["OPTIONS"]["location"]) == (
        "media-originals"
    )
