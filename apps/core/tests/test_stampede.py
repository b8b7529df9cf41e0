"""Many who miss the same answer at once: one builds it, the others wait for that one."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.cache import cache

from apps.core.caching import namespaces
from apps.core.caching.namespaces import EVERYONE, CacheNamespace

pytestmark = pytest.mark.memcached
READERS, ROUNDS = 16, 10
BUILD_SECONDS = 0.1


@pytest.fixture
def things():
    """Return a namespace of its own for the test."""
    return CacheNamespace("herd", timeout=300)


def read_at_once(namespace, scope, address, build):
    barrier = Barrier(READERS)

    def read(_number):
        barrier.wait()
        began = time.monotonic()
        body = namespace.get_or_build(scope, address, build).body
        seconds = time.monotonic() - began
        cache._cache.close()  # the connection of this thread, which ends
        return body, seconds

    with ThreadPoolExecutor(READERS) as pool:
        return list(pool.map(read, range(READERS)))


def test_of_many_who_miss_one_builds(things):
    for number in range(ROUNDS):
        built = []

        def build(number=number, built=built):
            time.sleep(BUILD_SECONDS)
            built.append(number)
            return b"%d" % number

        answers = read_at_once(things, EVERYONE, f"/things/{number}/", build)

        assert {body for body, _seconds in answers} == {b"%d" % number}
        assert built == [number]


def test_personal_answers_are_not_waited_for(things):
    built = []

    def build():
        time.sleep(BUILD_SECONDS)
        built.append(1)
        return b"mine"

    read_at_once(things, "user-1", "/things/", build)

    assert len(built) > 1


def test_failure_of_the_builder_lets_the_next_one_build(things):
    with pytest.raises(RuntimeError):
        things.get_or_build(EVERYONE, "/things/", fail)

    assert things.get_or_build(EVERYONE, "/things/", lambda: b"built").body == b"built"
    assert things.get(EVERYONE, "/things/").body == b"built"


def test_builder_who_died_is_not_waited_for_longer_than_its_turn(things, monkeypatch):
    monkeypatch.setattr(namespaces, "BUILDING_SECONDS", 1)
    key = things._key(EVERYONE, "/things/")
    cache.add(namespaces._turn_key(key), 1, 60)

    began = time.monotonic()
    answer = things.get_or_build(EVERYONE, "/things/", lambda: b"built")

    assert answer.body == b"built"
    assert time.monotonic() - began >= 1


def test_change_meanwhile_is_not_hidden_by_whoever_builds_first(
    things, db, django_capture_on_commit_callbacks
):
    rows = {"name": b"old"}

    def build_slowly():
        body = rows["name"]
        rows["name"] = b"new"
        with django_capture_on_commit_callbacks(execute=True):
            things.drop_on_commit()
        return body

    overtaken = things.get_or_build(EVERYONE, "/things/", build_slowly)
    later = things.get_or_build(EVERYONE, "/things/", lambda: rows["name"])

    assert (overtaken.body, later.body) == (b"old", b"new")


def fail():
    raise RuntimeError("nothing was built")
