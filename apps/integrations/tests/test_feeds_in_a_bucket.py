"""Feeds in a bucket, on an S3 of the tests' own: written, served and deleted there."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
import time_machine
from django.core.files.storage import storages

from apps.catalog.tests.factories import make_product
from apps.integrations.feed_files import delete_replaced_feeds
from apps.integrations.models import Feed
from apps.integrations.tests.feeds import TEMPLATE, items, listed, make_feeds, offers
from online_store.env.media import media_storages

pytestmark = [pytest.mark.long, pytest.mark.django_db]
moto_server = pytest.importorskip("moto.server", reason="no packages of requirements-dev.txt")


@pytest.fixture
def bucket(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set feeds up, with a bucket to keep them in."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    server = moto_server.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    assert requests.put(f"{endpoint}/shop-feeds", timeout=10).status_code == 200
    there = media_storages(f"s3://key:secret@shop-feeds/shop/media?endpoint={endpoint}&region=eu-central-1")
    settings.STORAGES = {**settings.STORAGES, "feeds": there["feeds"]}
    settings.PRODUCT_URL_TEMPLATE = TEMPLATE
    yield
    server.stop()


@pytest.mark.usefixtures("bucket")
def test_feeds_are_kept_in_a_bucket_until_they_are_replaced():
    ids = {str(make_product().pk) for _number in range(3)}
    make_feeds()
    old = Feed.objects.get(kind="yml")

    assert offers().keys() == items().keys() == ids
    assert len(listed()) == 3

    make_feeds()
    with time_machine.travel(old.made_at + timedelta(hours=2), tick=False):
        assert delete_replaced_feeds() == 3
    storage = storages["feeds"]
    assert storage.listdir(old.folder) == ([], [])
    assert len(storage.listdir(Feed.objects.get(kind="yml").folder)[1]) == 2
    assert offers().keys() == ids
