"""Feeds are made part by part: whatever happens, the one before is served until another is complete."""

import gc
import weakref
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.audit.models import AuditEntry
from apps.catalog.models import Product
from apps.catalog.tests.factories import make_category, make_product, make_products
from apps.import_export import chunked_jobs
from apps.integrations import jobs
from apps.integrations.feed_files import delete_replaced_feeds
from apps.integrations.feeds import formats, products
from apps.integrations.feeds.formats import FORMATS
from apps.integrations.models import Feed, FeedKind
from apps.integrations.services import order_daily_feeds, order_feeds
from apps.integrations.tests.feeds import YML, fetched, items, listed, make_feeds, offers
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have two products read at once, and four written into a file."""
    monkeypatch.setattr(products, "CHUNK", 2)
    monkeypatch.setattr(formats, "ADDRESSES_AT_ONCE", 2)
    for feed_format in FORMATS.values():
        monkeypatch.setitem(feed_format.__dict__, "part_size", 4)


@pytest.mark.parametrize("count", [0, 3, 4, 5, 8, 9])
def test_files_together_have_every_product_once(small_parts: None, count: int):
    ids = {str(product.pk) for product in make_products(count)} if count else set()

    make_feeds()

    assert offers().keys() == items().keys() == ids
    assert dict(Feed.objects.values_list("kind", "offers")) == dict.fromkeys(FeedKind.values, count)
    if count:
        assert len(listed()) == count
    else:
        assert Client().get("/sitemap.xml").status_code == 404  # one that lists nothing is none


def test_sitemap_has_as_many_addresses_in_a_file_as_it_may(small_parts: None):
    make_products(9)

    make_feeds()

    feed = Feed.objects.get(kind="sitemap")
    counts = [fetched(f"/sitemap-{number}.xml").count(b"<loc>") for number in (1, 2, 3)]
    assert (len(feed.parts), counts) == (3, [4, 4, 1])
    assert Client().get("/sitemap-4.xml").status_code == 404


def test_each_slice_of_the_time_is_a_job_of_its_own(small_parts: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(chunked_jobs, "SLICE_SECONDS", -1)
    ids = {str(product.pk) for product in make_products(9)}

    make_feeds()

    assert offers().keys() == ids
    feed = Feed.objects.get(kind="yml")
    assert Job.objects.about(feed.subject).filter(status="done").count() == 3


@pytest.mark.parametrize("files", [0, 1, 3])
def test_kill_in_the_middle_leaves_the_old_one_and_the_next_attempt_goes_on(
    small_parts: None, monkeypatch: pytest.MonkeyPatch, files: int
):
    old = {str(product.pk) for product in make_products(9)}
    make_feeds()
    new = make_product()
    order_feeds()
    making = Feed.objects.making().get(kind="yml")
    stored = []
    store = jobs.FeedFile.store

    def die(file: jobs.FeedFile, feed: Feed, name: str) -> dict[str, Any]:
        if len(stored) == files:
            raise Killed
        stored.append(name)
        return store(file, feed, name)

    with monkeypatch.context() as patched:
        patched.setattr(jobs.FeedFile, "store", die)
        with pytest.raises(Killed):
            jobs.make_feed(Job(), feed_id=making.pk)
    assert offers().keys() == old

    jobs.make_feed(Job(), feed_id=making.pk)

    assert offers().keys() == old | {str(new.pk)}
    assert [part["name"].split("/")[2][:6] for part in current_parts()] == ["00001-", "00002-", "00003-"]


def current_parts() -> list[dict[str, Any]]:
    return Feed.objects.current().get(kind="yml").parts


def test_second_worker_at_the_same_feed_changes_nothing(small_parts: None, monkeypatch: pytest.MonkeyPatch):
    ids = {str(product.pk) for product in make_products(5)}
    order_feeds()
    feed = Feed.objects.get(kind="yml")
    store = jobs.FeedFile.store

    def overtaken(file: jobs.FeedFile, feed: Feed, name: str) -> dict[str, Any]:
        monkeypatch.setattr(jobs.FeedFile, "store", store)
        jobs.make_feed(Job(), feed_id=feed.pk)
        return store(file, feed, name)

    monkeypatch.setattr(jobs.FeedFile, "store", overtaken)
    jobs.make_feed(Job(), feed_id=feed.pk)

    assert offers().keys() == ids
    assert Feed.objects.get(kind="yml").offers == 5


def test_failure_is_told_and_the_feed_ordered_anew(monkeypatch: pytest.MonkeyPatch):
    make_product()
    make_feeds()
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "_write_part", lambda *args: 1 / 0)
        make_feeds()
    failed = Feed.objects.filter(status="failed")
    assert {feed.problem for feed in failed} == {"ZeroDivisionError: division by zero"}
    assert len(failed) == 3
    assert len(offers()) == 1  # the one before

    make_feeds()

    assert not Feed.objects.filter(status="failed").exists()
    assert Feed.objects.current().count() == 3


def test_storage_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patched:
        patched.setattr(jobs.FeedFile, "store", lambda *args: Path("/nowhere/at/all").read_bytes())
        make_feeds()
    feeds = list(Feed.objects.all())

    assert {feed.status for feed in feeds} == {"making"}
    assert feeds[0].problem.startswith("FileNotFoundError: [Errno 2]")
    assert order_feeds() == []  # the jobs are still to be done
    assert set(Job.objects.values_list("status", flat=True)) == {"pending"}


@pytest.mark.parametrize("delete", [delete_replaced_feeds, order_feeds])
def test_old_files_stay_for_an_hour_and_are_deleted_then(delete: Callable[[], object]):
    product = make_product()
    with time_machine.travel(NOON, tick=False) as traveller:
        make_feeds()
        old = Feed.objects.get(kind="yml")
        make_feeds()
        delete()
        run_due_jobs()
        assert Feed.objects.filter(pk=old.pk).exists()
        traveller.shift(timedelta(hours=1, seconds=1))

        delete()
        run_due_jobs()

    assert not Feed.objects.filter(pk=old.pk).exists()
    storage = storages["feeds"]
    assert not storage.exists(old.folder)
    kept = Feed.objects.filter(kind="yml").values_list("folder", flat=True)
    assert {f"yml/{name}" for name in storage.listdir("yml")[0]} == set(kept)
    assert offers().keys() == {str(product.pk)}


def test_feeds_are_made_once_a_day_and_whenever_they_are_ordered(staff):
    with time_machine.travel(NOON, tick=False) as traveller:
        order_daily_feeds()
        run_due_jobs()
        order_daily_feeds()
        assert Feed.objects.count() == 3
        assert set(Job.objects.values_list("key", flat=True)) == {
            f"feed:{kind}:2026-03-01" for kind in ("yml", "google", "sitemap")
        }
        entries = AuditEntry.objects.filter(target_kind="jobs.job")
        assert not entries.exists()

        assert len(order_feeds(by=staff)) == 3
        assert order_feeds() == []
        assert list(entries.values_list("action", "actor")) == [("run_again", staff.pk)] * 3

        run_due_jobs()
        traveller.shift(timedelta(days=1))
        order_daily_feeds()
        assert Feed.objects.making().count() == 3


def test_nothing_is_made_while_the_addresses_of_products_are_not_known(settings):
    settings.PRODUCT_URL_TEMPLATE = ""

    order_daily_feeds()

    assert order_feeds() == []
    assert not Feed.objects.exists()
    with pytest.raises(CommandError, match="Set PRODUCT_URL_TEMPLATE"):
        call_command("make_feeds")


def test_worker_that_does_not_know_the_addresses_says_so(settings):
    order_feeds()
    settings.PRODUCT_URL_TEMPLATE = ""

    run_due_jobs()

    problem = "ImproperlyConfigured: PRODUCT_URL_TEMPLATE is not set for this worker."
    assert set(Feed.objects.values_list("status", "problem")) == {("failed", problem)}


def test_command_orders_the_feeds(capsys):
    call_command("make_feeds")
    call_command("make_feeds")

    assert capsys.readouterr().out == "Ordered: yml, google, sitemap.\nOrdered: nothing new.\n"
    assert Feed.objects.making().count() == 3


def test_no_more_than_the_chunk_before_is_held_when_the_next_is_read(
    small_parts: None, monkeypatch: pytest.MonkeyPatch
):
    make_products(9)
    order_feeds()
    read: list[weakref.ref[Product]] = []
    alive = []

    def counted(last_id: int, rates: Any) -> list[products.Offer]:
        gc.collect()
        alive.append(sum(product() is not None for product in read))
        chunk = products.offers_after(last_id, rates)
        read.extend(weakref.ref(offer.product) for offer in chunk)
        return chunk

    monkeypatch.setattr(formats, "offers_after", counted)
    jobs.make_feed(Job(), feed_id=Feed.objects.making().get(kind="yml").pk)

    assert len(read) == 9
    assert len(alive) == 6
    assert max(alive) <= 2


def test_statements_are_as_many_for_each_chunk(small_parts: None, monkeypatch: pytest.MonkeyPatch):
    category = make_category()
    make_feeds()  # the configuration is kept from here on
    monkeypatch.setitem(FORMATS[FeedKind.YML].__dict__, "part_size", 1000)
    counts = []
    for _round in range(2):
        make_products(10, category=category)
        order_feeds()
        feed = Feed.objects.making().get(kind="yml")
        with CaptureQueriesContext(connection) as asked:
            jobs.make_feed(Job(), feed_id=feed.pk)
        counts.append(len(asked))

    # For two products each: themselves, pictures, attributes and options, and the configuration's version.
    assert counts[1] - counts[0] == 5 * 5
    assert Product.objects.count() == 20
    assert fetched(YML).count(b"<offer ") == 20
