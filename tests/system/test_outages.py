"""Memcached or Redis down: the store keeps working and recovers by itself. Real servers, a real worker."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from kombu import Connection, Consumer, Queue
from pymemcache.client.base import Client
from rest_framework.test import APIClient

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.core.caching.namespaces import CacheNamespace
from apps.jobs import broker
from apps.jobs.models import Job
from apps.orders.models import Invoice
from online_store.celery import app as celery_app
from tests.support.processes import wait_for
from tests.support.servers import MemcachedServer, RedisServer
from tests.support.workers import ORDERS, all_done, broker_at, celery_worker, place

pytestmark = [pytest.mark.django_db(transaction=True)]

OUTAGES = ["stop", *(pytest.param(worse, marks=pytest.mark.long) for worse in ("kill", "pause"))]


@pytest.fixture
def memcached(settings) -> Iterator[MemcachedServer]:
    if MemcachedServer.find() is None:
        pytest.skip("needs the program memcached")
    with MemcachedServer() as server:
        settings.CACHES = {"default": {**settings.MEMCACHED_CACHE, "LOCATION": [server.url]}}
        yield server
    cache._connections = type(cache._connections)()


@pytest.fixture
def redis_server(settings) -> Iterator[RedisServer]:
    if RedisServer.find() is None:
        pytest.skip("needs the program redis-server")
    with RedisServer() as server:
        settings.STORE_EMBEDDED = False
        settings.CELERY_BROKER_URL = server.url
        with broker_at(server.url):
            yield server


@pytest.mark.memcached
@pytest.mark.parametrize("outage", OUTAGES)
def test_every_read_answers_without_memcached(
    memcached: MemcachedServer, customer_api: APIClient, staff_api: APIClient, outage: str
):
    product = make_product(stock=5)
    order_id = customer_api.post(ORDERS, {"items": [{"product_id": product.pk, "quantity": 2}]}).json()["id"]
    reads = [
        (customer_api, f"/api/v1/products/{product.pk}/"),
        (customer_api, "/api/v1/products/"),
        (customer_api, f"/api/v1/categories/{product.category_id}/"),
        (customer_api, "/api/v1/categories/"),
        (customer_api, ORDERS),
        (customer_api, f"{ORDERS}{order_id}/"),
        (staff_api, "/api/v1/admin/orders/"),
        (customer_api, "/readyz"),
    ]
    getattr(memcached, outage)()

    statuses = [client.get(path).status_code for client, path in reads]

    assert statuses == [200] * len(reads)
    if outage == "pause":
        memcached.resume()


@pytest.mark.memcached
def test_prices_are_fresh_when_memcached_returns_after_a_write(memcached: MemcachedServer, api: APIClient):
    product = make_product(price="1.00")
    address = f"/api/v1/products/{product.pk}/"
    assert api.get(address).json()["price"] == "1.00"

    memcached.stop()
    Product.objects.filter(pk=product.pk).update(price="2.00")
    away = api.get(address).json()["price"]
    memcached.start()

    assert away == "2.00"
    assert api.get(address).json()["price"] == "2.00"
    wait_for(lambda: answered_from_cache(api, address))
    assert api.get(address).json()["price"] == "2.00"


@pytest.mark.memcached
@pytest.mark.parametrize("is_noticed", [False, True])
def test_restarted_memcached_hears_of_a_drop_though_the_writer_does_not_know_that_it_is_back(
    memcached: MemcachedServer, is_noticed: bool
):
    token = cache.make_key("things:everyone:token")
    cache.set("key", b"value")
    memcached.kill()
    if is_noticed:
        found = [cache.get("key") for _ in range(2)]  # the old connection is lost, and none can be made
        assert found == [None, None]
    memcached.start()
    with closing(Client(("127.0.0.1", memcached.port))) as somebody_else:
        somebody_else.set(token, b"old", noreply=False)

        CacheNamespace("things", timeout=300).drop_on_commit()

        assert somebody_else.get(token) not in {b"old", None}


def answered_from_cache(api: APIClient, address: str) -> bool:
    api.get(address)
    with CaptureQueriesContext(connection) as queries:
        api.get(address)
    return len(queries) == 0


@pytest.mark.redis
def test_worker_does_the_jobs_of_an_order(redis_server: RedisServer, customer_api: APIClient, tmp_path: Path):
    with celery_worker(redis_server.url, tmp_path):
        order_id = place(customer_api)

        wait_for(lambda: all_done(customer_api, order_id))

    assert Invoice.objects.filter(order=order_id).count() == 1
    assert len(list((tmp_path / "var" / "mail").glob("*.eml"))) == 1


@pytest.mark.redis
@pytest.mark.long
@pytest.mark.parametrize("outage", ["stop", "kill", "pause"])
def test_order_is_accepted_without_redis_and_its_jobs_are_done_when_it_returns(
    redis_server: RedisServer, customer_api: APIClient, tmp_path: Path, outage: str
):
    with celery_worker(redis_server.url, tmp_path):
        first_id = place(customer_api)
        wait_for(lambda: all_done(customer_api, first_id))
        getattr(redis_server, outage)()

        began = time.monotonic()
        order_id = place(customer_api)
        seconds = time.monotonic() - began
        waiting = customer_api.get(f"{ORDERS}{order_id}/jobs/").json()
        redis_server.resume() if outage == "pause" else redis_server.start()
        wait_for(lambda: all_done(customer_api, order_id), seconds=90)

    assert seconds < 2
    assert {job["kind"] for job in waiting} == {"invoice", "confirmation_email"}
    assert Invoice.objects.filter(order=order_id).exists()


@pytest.mark.long
@pytest.mark.redis
def test_lost_messages_cost_seconds_only(redis_server: RedisServer, customer_api: APIClient, tmp_path: Path):
    order_id = place(customer_api)
    wait_for(lambda: queued(redis_server) == 1)
    with Connection(redis_server.url) as link:
        link.default_channel.client.flushall()

    with celery_worker(redis_server.url, tmp_path):
        wait_for(lambda: all_done(customer_api, order_id))

    assert Job.objects.filter(subject=f"order:{order_id}", attempts=1).count() == 2


@pytest.mark.redis
def test_job_of_a_killed_worker_returns(redis_server: RedisServer, customer_api: APIClient, tmp_path: Path):
    order_id = place(customer_api)
    job = Job.objects.get(key=f"invoice:{order_id}")
    # What a worker killed in the middle of the job leaves behind: a claim whose lease has run out.
    Job.objects.filter(pk=job.pk).update(
        status="running", attempts=1, lease=job.uuid, leased_until=job.created_at, published_at=None
    )

    with celery_worker(redis_server.url, tmp_path):
        wait_for(lambda: all_done(customer_api, order_id))

    job.refresh_from_db()
    assert (job.status, job.attempts) == ("done", 2)


@pytest.mark.long
@pytest.mark.redis
def test_worker_with_a_message_in_hand_lets_a_dead_redis_go(redis_server: RedisServer):
    link = celery_app.connection_for_write()
    for channel, queue in ((link.default_channel, "celery"), (link.channel(), "another")):
        Consumer(channel, [Queue(queue)], on_message=lambda message: None).consume()
    broker.publish(0)
    link.drain_events(timeout=10)
    with pytest.raises(TimeoutError):  # both channels ask for the next message, and wait
        link.drain_events(timeout=0.1)
    redis_server.kill()

    # What a worker does then. An exception here would end it.
    link.collect()
    link.close()

    assert not link.connected


def queued(server: RedisServer) -> int:
    with Connection(server.url) as link:
        return link.default_channel.client.llen("celery")
