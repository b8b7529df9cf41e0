"""Memcached: an outage is a miss, and what somebody planted in it neither runs nor shows."""

import os
import pickle
import socket
from contextlib import closing

import pytest
from django.core.cache import cache
from django.core.cache.backends.memcached import PyMemcacheCache
from django.core.signals import request_finished
from pymemcache.client.base import Client
from pymemcache.serde import pickle_serde

from apps.core.caching.memcached import BytesAndJson, StoreMemcached
from apps.core.caching.namespaces import EVERYONE, CacheNamespace


class Bomb:
    """A pickle that makes a directory when it is read."""

    def __init__(self, crater):
        self.crater = crater

    def __reduce__(self):
        return os.mkdir, (str(self.crater),)


@pytest.fixture
def crater(tmp_path):
    return tmp_path / "crater"


@pytest.fixture
def server(settings):
    """Return a client that speaks to the server directly, as anybody who reaches it can."""
    host, port = settings.CACHES["default"]["LOCATION"][0].rsplit(":", 1)
    with closing(Client((host, int(port)), serde=pickle_serde)) as client:
        yield client


@pytest.fixture
def absent():
    """Return a cache whose server refuses connections."""
    with socket.socket() as guard:
        guard.bind(("127.0.0.1", 0))
        yield StoreMemcached([f"127.0.0.1:{guard.getsockname()[1]}"], {})


@pytest.mark.parametrize(
    "value", [b"", b"[]", b"\x00\xff", "текст", 7, 1.5, True, None, ["a", 1], {"a": [1]}]
)
def test_stored_value_comes_back_as_it_was(value):
    serde = BytesAndJson()

    stored, flags = serde.serialize("key", value)

    assert isinstance(stored, bytes)
    assert serde.deserialize("key", stored, flags) == value


@pytest.mark.parametrize("flags", [2, 3, 16, 2**16])
def test_value_that_somebody_else_stored_is_a_miss_and_is_not_run(crater, flags):
    assert BytesAndJson().deserialize("key", pickle.dumps(Bomb(crater)), flags) is None
    assert not crater.exists()


@pytest.mark.parametrize("garbage", [b"", b"{", b"\xff", b"\x80\x04N."])
def test_garbage_in_place_of_json_is_a_miss(garbage):
    assert BytesAndJson().deserialize("key", garbage, 1) is None


def test_bomb_of_these_tests_would_go_off(crater):
    pickle.loads(pickle.dumps(Bomb(crater)))

    assert crater.is_dir()


def test_absent_server_is_a_miss_and_no_error(absent):
    absent.set("key", b"value")
    assert absent.set_everywhere({"key": b"value"}) == ["key"]
    absent.delete("key")

    assert absent.get("key") is None
    assert absent.get("key", "default") == "default"
    assert absent.get_many(["key", "other"]) == {}
    assert absent.add("key", b"value") is False


def test_store_uses_django_s_backend_with_short_time_outs_and_no_pickle(absent):
    assert isinstance(absent, PyMemcacheCache)
    client = next(iter(absent._cache.clients.values()))
    assert (client.connect_timeout, client.timeout, client.no_delay) == (0.2, 0.2, True)
    assert isinstance(client.serde, BytesAndJson)
    assert absent._cache.ignore_exc is True
    assert (absent._cache.retry_attempts, absent._cache.retry_timeout) == (1, 0.5)
    assert absent._cache.dead_timeout == 3


@pytest.mark.memcached
def test_value_is_kept_by_the_server(server):
    cache.set("key", {"number": 7}, timeout=60)

    assert cache.get("key") == {"number": 7}
    assert server.delete(cache.make_key("key"), noreply=False)
    assert cache.get("key") is None


@pytest.mark.memcached
def test_planted_pickle_is_a_miss_and_is_not_run(server, crater):
    server.set(cache.make_key("key"), Bomb(crater), noreply=False)

    assert cache.get("key") is None
    assert not crater.exists()


@pytest.mark.memcached
def test_pickle_planted_in_place_of_a_token_is_not_run_and_is_dropped(server, crater, transactional_db):
    things = CacheNamespace("things", timeout=300)
    server.set(cache.make_key("things:everyone:token"), Bomb(crater), noreply=False)

    things.get_or_build(EVERYONE, "/things/", lambda: b"old")
    things.drop_on_commit()
    answer = things.get_or_build(EVERYONE, "/things/", lambda: b"new")

    assert answer.body == b"new"
    assert not crater.exists()


@pytest.mark.memcached
def test_pickles_planted_in_place_of_answers_are_misses(server, crater):
    things = CacheNamespace("things", timeout=300)
    things.get_or_build(EVERYONE, "/things/", lambda: b"old")
    kept = {
        line.split()[0].removeprefix(b"key=").decode()
        for line in server.raw_command(b"lru_crawler metadump all", end_tokens=b"END\r\n").splitlines()
        if b"things" in line and b"token" not in line
    }
    assert len(kept) == 1
    for key in kept:
        server.set(key.replace("%3A", ":"), Bomb(crater), noreply=False)

    answer = things.get_or_build(EVERYONE, "/things/", lambda: b"new")

    assert answer.body == b"new"
    assert not crater.exists()


@pytest.mark.memcached
def test_value_larger_than_the_server_takes_is_not_kept_and_harms_nothing(server):
    cache.set("large", b"x" * 2_000_000)
    cache.set("small", b"x")

    assert cache.get("large") is None
    assert cache.get("small") == b"x"


@pytest.mark.memcached
@pytest.mark.django_db  # the end of a request looks at the connection of the database
def test_connection_outlives_the_request(server):
    cache.get("key")
    before = server.stats()[b"total_connections"]

    request_finished.send(sender=None)
    cache.get("key")

    assert server.stats()[b"total_connections"] == before
