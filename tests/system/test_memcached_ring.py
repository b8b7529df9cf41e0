"""Several Memcached servers are one ring: one that dies costs misses only, and is used again when back."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from django.core.cache import cache
from pymemcache.client.base import Client
from rest_framework.test import APIClient

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.core.caching.namespaces import EVERYONE, CacheNamespace
from tests.support.processes import wait_for
from tests.support.proxies import TcpProxy
from tests.support.servers import MemcachedServer

pytestmark = [pytest.mark.memcached, pytest.mark.long]
CACHE_SECONDS = 4
KEYS = [f"key-{number}" for number in range(60)]


@pytest.fixture
def notify(settings) -> Iterator[list[MemcachedServer]]:
    if MemcachedServer.find() is None:
        pytest.skip("needs the program memcached")
    with ExitStack() as stack:
        servers = [stack.enter_context(MemcachedServer()) for _ in range(3)]
        settings.CACHES = {
            "default": {**settings.MEMCACHED_CACHE, "LOCATION": [server.url for server in servers]}
        }
        yield servers
    cache._connections = type(cache._connections)()


def test_dead_server_costs_misses_only_and_is_used_again_when_it_is_back(notify: list[MemcachedServer]):
    cache.set_many(dict.fromkeys(KEYS, b"old"))
    lost = kept_by(notify[0])

    notify[0].kill()
    found = cache.get_many(KEYS)
    wait_for(lambda: refilled(KEYS))  # the others take over its part of the keys
    notify[0].start()
    wait_for(lambda: refilled(KEYS) and kept_by(notify[0]) == lost)

    assert 0 < len(lost) < len(KEYS)
    assert set(found) == set(KEYS) - lost


def test_dead_server_is_found_out_by_writes_of_many_alone(notify: list[MemcachedServer]):
    notify[0].kill()

    lost = cache.set_many(dict.fromkeys(KEYS, b"new"))
    kept = set(cache.get_many(KEYS))
    wait_for(lambda: not cache.set_many(dict.fromkeys(KEYS, b"new")))

    assert 0 < len(lost) < len(KEYS)
    assert kept == set(KEYS) - set(lost)
    assert len(cache.get_many(KEYS)) == len(KEYS)


def kept_by(server: MemcachedServer) -> set[str]:
    with closing(Client(("127.0.0.1", server.port))) as client:
        return {key for key in KEYS if client.get(cache.make_key(key)) is not None}


def refilled(keys: list[str]) -> bool:
    cache.set_many(dict.fromkeys(keys, b"new"))
    return len(cache.get_many(keys)) == len(keys)


@pytest.mark.django_db(transaction=True)
def test_reads_and_writes_go_on_while_servers_die_one_after_the_other(
    notify: list[MemcachedServer], api: APIClient
):
    product = make_product(price="1.00")
    address = f"/api/v1/products/{product.pk}/"
    seen = []
    for number, server in enumerate(notify, start=2):
        server.kill()
        Product.objects.filter(pk=product.pk).update(price=f"{number}.00")
        seen.append([api.get(path).status_code for path in (address, "/api/v1/products/", "/readyz")])
        seen.append(api.get(address).json()["price"])

    assert seen == [[200] * 3, "2.00", [200] * 3, "3.00", [200] * 3, "4.00"]


def test_server_that_missed_an_invalidation_shows_nothing_older_than_the_cache_time(
    notify: list[MemcachedServer], settings, transactional_db
):
    # Through networks that can be cut: a server that is only frozen gets its messages in the end.
    with ExitStack() as stack:
        networks = [stack.enter_context(TcpProxy(server.port)).start() for server in notify]
        addresses = [f"127.0.0.1:{network.port}" for network in networks]
        settings.CACHES = {"default": {**settings.MEMCACHED_CACHE, "LOCATION": addresses}}
        owner = cache._cache.hasher.get_node(cache.make_key("things:everyone:token"))
        assert_nothing_is_older_than_the_cache_time(networks[addresses.index(owner)])


def assert_nothing_is_older_than_the_cache_time(network: TcpProxy) -> None:
    things = CacheNamespace("things", timeout=CACHE_SECONDS)
    read = {"body": b"old"}

    def answer() -> bytes:
        return things.get_or_build(EVERYONE, "/things/", lambda: read["body"]).body

    assert answer() == b"old"
    built_before = time.monotonic()

    network.swallow()  # the server is not restarted: it keeps the old token
    read["body"] = b"new"
    things.drop_on_commit()
    away = answer()
    network.restore()

    answers = []
    while time.monotonic() < built_before + 1.5 * CACHE_SECONDS:
        asked = time.monotonic()
        answers.append((answer(), asked - built_before))
        time.sleep(0.01)

    assert away == b"new"
    assert {body for body, age in answers if age > CACHE_SECONDS} == {b"new"}
