"""Feeds are served at the root of the host: streamed, with an ETag, at the cost of one statement."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import storages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.catalog.tests.factories import make_product, make_products
from apps.integrations import feed_files
from apps.integrations.feed_files import FeedStream
from apps.integrations.models import Feed
from apps.integrations.tests.feeds import GOOGLE, SITEMAP, YML, fetched, make_feeds

FILE = "/sitemap-1.xml"
ADDRESSES = [YML, GOOGLE, SITEMAP, FILE]
KEPT = ("Cache-Control", "Content-Length", "ETag", "Last-Modified", "Vary")  # by a 304 (RFC 9110, 15.4.5)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


@pytest.fixture
def made() -> None:
    with time_machine.travel(NOON, tick=False):
        make_product()
        make_feeds()


def headers_of(address: str) -> dict[str, str]:
    """Return the headers of the response, which is read to its end."""
    response: Any = Client().get(address)
    b"".join(response.streaming_content)
    return dict(response.headers)


def without_id(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "X-Request-ID"}


@pytest.mark.parametrize("address", ADDRESSES)
def test_feed_says_what_it_is_and_how_long(made: None, address: str):
    headers = headers_of(address)

    assert headers["Content-Type"] == "application/xml; charset=utf-8"
    assert headers["Cache-Control"] == "public, no-cache"
    assert headers["Content-Language"] == "ru"
    assert headers["Last-Modified"] == "Sun, 01 Mar 2026 12:00:00 GMT"
    assert int(headers["Content-Length"]) == len(fetched(address))


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_has_the_headers_alone(made: None, client: Client, address: str):
    response = client.head(address)

    assert (response.status_code, response.content) == (200, b"")
    assert without_id(dict(response.headers)) == without_id(headers_of(address))


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("method", ["get", "head"])
def test_whoever_has_it_is_told_so(made: None, client: Client, address: str, method: str):
    full = headers_of(address)
    etag = full["ETag"]

    for headers in (
        {"If-None-Match": etag},
        {"If-None-Match": f"W/{etag}"},  # as a proxy that compresses passes it on
        {"If-None-Match": f'"other", {etag}'},
        {"If-Modified-Since": "Sun, 01 Mar 2026 12:00:00 GMT"},
    ):
        response: Any = getattr(client, method)(address, headers=headers)
        assert (response.status_code, response.content) == (304, b""), headers
        assert {name: response.headers[name] for name in KEPT} == {name: full[name] for name in KEPT}


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": '"other"'},
        {"If-None-Match": '"other"', "If-Modified-Since": "Sun, 01 Mar 2026 12:00:00 GMT"},
        {"If-Modified-Since": "Sun, 01 Mar 2026 11:59:59 GMT"},
        {"If-Modified-Since": "yesterday"},
    ],
)
def test_whoever_has_another_one_gets_it(made: None, client: Client, address: str, headers: dict[str, str]):
    response: Any = client.get(address, headers=headers)

    assert (response.status_code, b"".join(response.streaming_content)) == (200, fetched(address))


def test_etag_is_another_when_the_products_are(made: None):
    before = [headers_of(address)["ETag"] for address in ADDRESSES]
    with time_machine.travel(NOON, tick=False) as traveller:
        make_feeds()
        same = [headers_of(address)["ETag"] for address in ADDRESSES]
        traveller.shift(timedelta(seconds=1))
        make_product()
        make_feeds()
        after = [headers_of(address)["ETag"] for address in ADDRESSES]

    assert same == before
    assert len({*before, *after}) == 8


def test_client_that_leaves_lets_the_file_go(made: None):
    stream = FeedStream(Feed.objects.get(kind="yml").served_files)
    file = stream._open

    stream.close()

    assert file.closed


def test_response_is_streamed_at_the_cost_of_one_statement(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(feed_files, "BLOCK", 100)
    make_products(20)
    make_feeds()

    with CaptureQueriesContext(connection) as asked:
        response: Any = client.get(YML)
        blocks = list(response.streaming_content)

    assert len(asked) == 1
    assert len(blocks) > 50
    assert {len(block) <= 100 for block in blocks} == {True}


@pytest.mark.parametrize("address", [*ADDRESSES, "/sitemap-2.xml"])
def test_nothing_is_there_before_it_is_made(client: Client, address: str):
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_is_there_while_the_addresses_of_products_are_not_known(
    made: None, client: Client, settings: Any, address: str
):
    settings.PRODUCT_URL_TEMPLATE = ""

    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/sitemap-0.xml", "/sitemap-2.xml", "/sitemap-99999999999999999999.xml"])
def test_file_that_the_sitemap_does_not_list_is_none(made: None, client: Client, address: str):
    assert client.get(address).status_code == 404


def test_files_that_are_gone_are_not_there(made: None, client: Client):
    for feed in Feed.objects.all():
        storages["feeds"].delete(feed.head["name"])

    assert [client.get(address).status_code for address in (YML, GOOGLE, SITEMAP)] == [404] * 3


def test_storage_that_is_away_is_to_be_asked_later(
    made: None, client: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(storages["feeds"], "_open", lambda *args: Path("/proc/self/mem").read_bytes())

    response = client.get(YML)

    assert (response.status_code, response.headers["Retry-After"]) == (503, "60")
    assert response.headers["Cache-Control"] == "no-store"


def test_feeds_are_read_only(made: None, client: Client):
    assert client.post(YML).status_code == 405
    assert client.delete(FILE).status_code == 405
