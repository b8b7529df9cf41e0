"""A write that cannot reach the cache, as its readers do, is shown as soon as the cache can be reached."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import time_machine
from django.core.cache import cache, caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.core.caching.memcached import StoreMemcached
from apps.core.caching.namespaces import EVERYONE, CacheNamespace, drop_lost, namespaces
from apps.jobs.jobs import CACHE_DROP, drop_cache
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs, run_job
from apps.jobs.tests.factories import make_running_job
from tests.support.processes import wait_for
from tests.support.proxies import TcpProxy
from tests.support.servers import MemcachedServer

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]
OLD, NEW = "10.00", "12.00"


class Ring:
    """Memcached servers. The writer reaches them through networks that can be cut, the reader directly."""

    def __init__(self, settings, stack: ExitStack, count: int) -> None:
        self._settings = settings
        self.servers = [stack.enter_context(MemcachedServer()) for _ in range(count)]
        self.networks = [stack.enter_context(TcpProxy(server.port)).start() for server in self.servers]
        self.be_reader()

    def be_reader(self) -> None:
        self._use(server.port for server in self.servers)

    def be_writer(self) -> None:
        self._use(network.port for network in self.networks)

    def _use(self, ports) -> None:
        if isinstance(caches["default"], StoreMemcached):
            caches["default"]._cache.close()
        location = [f"127.0.0.1:{port}" for port in ports]
        self._settings.CACHES = {"default": {**self._settings.MEMCACHED_CACHE, "LOCATION": location}}


@pytest.fixture
def make_ring(settings) -> Iterator[Callable[[int], Ring]]:
    if MemcachedServer.find() is None:
        pytest.skip("needs the program memcached")
    with ExitStack() as stack:
        yield lambda count: Ring(settings, stack, count)
        caches["default"]._cache.close()


def is_repeated() -> bool:
    """Do the job, whatever its pause, and tell whether it was of use."""
    Job.objects.filter(status="pending").update(run_at=timezone.now())
    run_due_jobs()
    return Job.objects.get(kind=CACHE_DROP).status == "done"


def price_of(product: Product, api: APIClient) -> str:
    return api.get(f"/api/v1/products/{product.pk}/").json()["price"]


def change_price(product: Product, price: str = NEW) -> None:
    product.price = price
    product.save()


@pytest.mark.memcached
@pytest.mark.parametrize("count", [1, 2, 3])
def test_price_is_shown_as_soon_as_the_writer_reaches_the_cache_again(
    make_ring, api: APIClient, caplog, count: int
):
    notify, product = make_ring(count), make_product(price=OLD)
    before = price_of(product, api)
    for network in notify.networks:
        network.swallow()
    notify.be_writer()
    change_price(product)
    notify.be_reader()
    meanwhile = price_of(product, api)

    notify.be_writer()
    run_due_jobs()
    waiting = Job.objects.get(kind=CACHE_DROP)
    for network in notify.networks:
        network.restore()
    notify.be_writer()  # with new connections
    wait_for(is_repeated)
    notify.be_reader()

    assert (before, meanwhile, price_of(product, api)) == (OLD, OLD, NEW)
    assert (
        "The cache has not dropped what it keeps of products for everyone: this is tried again" in caplog.text
    )
    assert (waiting.status, waiting.attempts) == ("pending", 1)
    assert "NotDropped" in waiting.last_error


@pytest.mark.memcached
def test_other_process_that_reaches_the_cache_drops_at_once(make_ring, api: APIClient):
    notify, product = make_ring(1), make_product(price=OLD)
    price_of(product, api)
    notify.networks[0].swallow()
    notify.be_writer()
    change_price(product)

    notify.be_reader()  # as a worker on another machine may
    run_due_jobs()

    assert price_of(product, api) == NEW


@pytest.mark.memcached
@pytest.mark.parametrize("cut", [0, 1])
def test_writer_that_sees_only_some_servers_leaves_no_old_answer_on_the_others(
    make_ring, api: APIClient, cut: int
):
    notify, product = make_ring(2), make_product(price=OLD)
    assert price_of(product, api) == OLD
    notify.networks[cut].swallow()
    notify.be_writer()
    for _time in range(3):  # by now its client takes that server for dead, and goes to the other one
        cache.get_many([str(number) for number in range(20)])
    change_price(product)

    notify.be_reader()
    run_due_jobs()

    assert price_of(product, api) == NEW


@pytest.mark.memcached
def test_server_that_stands_in_for_a_dead_one_shows_nothing_that_was_dropped_meanwhile(make_ring):
    notify = make_ring(2)
    things = CacheNamespace("things", timeout=300)
    read = {"body": b"old"}

    def answer() -> bytes:
        return things.get_or_build(EVERYONE, "/things/", lambda: read["body"]).body

    for server in notify.servers:  # each of them stands in for the other, and keeps an answer
        server.kill()
        while things.get_or_build(EVERYONE, "/things/", lambda: b"old").outcome != "hit":
            continue
        server.start()
        notify.be_reader()
    read["body"] = b"new"
    things.drop_on_commit()

    seen = [answer()]
    for server in notify.servers:
        server.kill()
        seen += [answer() for _time in range(3)]
        server.start()
        notify.be_reader()

    assert set(seen) == {b"new"}


@pytest.fixture
def unreachable(settings, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Return a function that takes the cache away: its folder has become a file."""
    folder = tmp_path / "cache"
    folder.mkdir()
    backend = "django.core.cache.backends.filebased.FileBasedCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": folder}}
    return lambda: folder.rename(tmp_path / "gone") and folder.write_text("")


def test_embedded_store_repeats_what_it_could_not_drop_too(unreachable, tmp_path, api: APIClient, caplog):
    product = make_product(price=OLD)
    price_of(product, api)
    unreachable()

    change_price(product)
    lost = Job.objects.filter(kind=CACHE_DROP, status="pending").count()
    (tmp_path / "cache").unlink()
    (tmp_path / "gone").rename(tmp_path / "cache")
    meanwhile = price_of(product, api)
    run_due_jobs()

    assert (lost, meanwhile, price_of(product, api)) == (1, OLD, NEW)
    assert "products for everyone" in caplog.text


def test_write_whose_cache_answers_makes_no_job_and_no_statement(django_assert_num_queries):
    things = CacheNamespace("things", timeout=300)

    with django_assert_num_queries(0):
        things.drop_on_commit()

    assert not Job.objects.exists()


def test_many_lost_drops_make_one_job_for_each_namespace(unreachable):
    unreachable()
    for number in range(5):
        namespaces["orders"].drop_on_commit(f"user-{number}", "managers")
        namespaces["products"].drop_on_commit()

    assert sorted(Job.objects.values_list("subject", "status")) == [
        ("cache:orders", "pending"),
        ("cache:products", "pending"),
    ]


@pytest.mark.postgres
def test_jobs_that_wait_are_locked_in_one_order_for_all(unreachable):
    for number in range(2):  # as two that lose a drop at once order them
        Job.objects.create(kind=CACHE_DROP, subject="cache:products", key=f"{CACHE_DROP}:{number}")

    with CaptureQueriesContext(connection) as queries:
        drop_lost.send(sender=None, namespace=namespaces["products"])

    assert any(re.search(r"ORDER BY \S+ ASC FOR UPDATE", query["sql"]) for query in queries)
    assert len({job.arguments["lost_at"] for job in Job.objects.filter(kind=CACHE_DROP)}) == 1


def test_drop_that_is_lost_while_another_is_repeated_is_repeated_after_it(unreachable):
    make_running_job(CACHE_DROP, subject="cache:products")
    unreachable()

    namespaces["products"].drop_on_commit()

    assert sorted(Job.objects.values_list("subject", "status")) == [
        ("cache:products", "pending"),
        ("cache:products", "running"),
    ]


def test_drop_is_repeated_at_short_pauses_until_all_that_was_old_has_expired(unreachable, caplog):
    unreachable()
    things = CacheNamespace("things", timeout=300)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        began = timezone.now()
        things.drop_on_commit()
        job = Job.objects.get()
        moments = []
        while job.status == "pending":
            clock.move_to(job.run_at)
            moments.append(job.run_at)
            run_job(job.pk)
            job.refresh_from_db()

    pauses = [after - before for before, after in pairwise(moments)]
    assert max(pauses) <= timedelta(seconds=15 * 1.25)
    assert timedelta(seconds=600) <= moments[-1] - began <= timedelta(seconds=600 + 15 * 1.25)
    assert job.status == "done"
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warnings[-1] == "The cache was out of reach until all that was old of things had expired"


def test_each_lost_drop_is_waited_for_as_long(unreachable):
    unreachable()
    things = CacheNamespace("things", timeout=300)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        things.drop_on_commit()
        clock.shift(timedelta(seconds=590))
        things.drop_on_commit()
        clock.shift(timedelta(seconds=590))

        run_job(Job.objects.get().pk)

    assert Job.objects.get().status == "pending"


def test_job_drops_what_is_kept_for_each_reader_too(settings):
    things = CacheNamespace("things", timeout=300)
    things.get_or_build("user-1", "/things/", lambda: b"old")

    drop_cache(make_running_job(CACHE_DROP), namespace="things", lost_at=0.0)

    assert things.get_or_build("user-1", "/things/", lambda: b"new").body == b"new"
