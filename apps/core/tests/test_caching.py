"""Cached responses: dropped by a commit, never older than their expiry, never another user's."""

import pickle
import socket
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.db import transaction

from apps.core.caching.namespaces import EVERYONE, CacheNamespace
from apps.core.caching.responses import CachedResponse

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.embedded


class HoardingCache(LocMemCache):
    """A cache server that forgets nothing, whatever it is told."""

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        super().set(key, value, None, version)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None):
        return super().add(key, value, None, version)


class LyingCache(LocMemCache):
    """A cache server that answers the same nonsense to whatever is asked, apart from the tokens."""

    def __init__(self, name, params):
        self.nonsense = params.pop("NONSENSE")
        super().__init__(name, params)

    def get(self, key, default=None, version=None):
        return super().get(key, default, version) if key.endswith(":token") else self.nonsense


@pytest.fixture
def clock():
    """Return the library that moves the clock."""
    return pytest.importorskip("time_machine")


@pytest.fixture
def hoarding_cache(settings):
    """Keep the answers in a cache that forgets nothing, and knows nothing of other tests."""
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.HoardingCache", "LOCATION": uuid4().hex}}


@pytest.fixture
def things():
    """Return a namespace of its own for the test."""
    return CacheNamespace("things", timeout=300)


@pytest.fixture
def drop(db, django_capture_on_commit_callbacks):
    """Return a function that drops scopes of a namespace, as a transaction does that is committed at once."""

    def commit(namespace, *scopes):
        with django_capture_on_commit_callbacks(execute=True):
            namespace.drop_on_commit(*scopes)

    return commit


def built(body):
    """Return a builder of an answer."""
    return lambda: body


def refuse():
    """Stand for the builder of an answer that must come from the cache."""
    raise AssertionError("The answer should have been kept.")


def test_answer_is_built_once(things):
    first = things.get_or_build(EVERYONE, "/things/", built(b"[]"))
    second = things.get_or_build(EVERYONE, "/things/", refuse)

    assert first == second == CachedResponse(b"[]", first.etag)


def test_etag_is_strong_and_that_of_the_body(things):
    first = things.get_or_build(EVERYONE, "/a/", built(b"[1]"))
    same = things.get_or_build(EVERYONE, "/b/", built(b"[1]"))
    other = things.get_or_build(EVERYONE, "/c/", built(b"[2]"))

    assert first.etag == same.etag != other.etag
    assert first.etag.startswith('"')
    assert first.etag.endswith('"')


@pytest.mark.parametrize("body", [b"", b"\n", b"1 2\n3", "чай".encode(), b"\x00\xff" * 1000])
def test_body_comes_back_as_it_was(things, body):
    things.get_or_build(EVERYONE, "/things/", built(body))

    assert things.get_or_build(EVERYONE, "/things/", refuse).body == body


def test_addresses_do_not_share_answers(things):
    things.get_or_build(EVERYONE, "/things/?page=1", built(b"one"))

    assert things.get_or_build(EVERYONE, "/things/?page=2", built(b"two")).body == b"two"


def test_scopes_do_not_share_answers(things):
    things.get_or_build("user-1", "/things/", built(b"one"))

    assert things.get_or_build("user-2", "/things/", built(b"two")).body == b"two"
    assert things.get_or_build(EVERYONE, "/things/", built(b"all")).body == b"all"


def test_namespaces_do_not_share_answers(things):
    things.get_or_build(EVERYONE, "/things/", built(b"things"))

    other = CacheNamespace("others", timeout=300).get_or_build(EVERYONE, "/things/", built(b"others"))

    assert other.body == b"others"


def test_drop_makes_every_scope_build_again(things, drop):
    things.get_or_build(EVERYONE, "/things/", built(b"old"))
    things.get_or_build("user-1", "/things/", built(b"old"))

    drop(things)

    assert things.get_or_build(EVERYONE, "/things/", built(b"new")).body == b"new"
    assert things.get_or_build("user-1", "/things/", built(b"new")).body == b"new"


def test_drop_of_one_scope_leaves_the_others(things, drop):
    things.get_or_build("user-1", "/things/", built(b"old"))
    things.get_or_build("user-2", "/things/", built(b"old"))
    things.get_or_build(EVERYONE, "/things/", built(b"old"))

    drop(things, "user-1")

    assert things.get_or_build("user-1", "/things/", built(b"new")).body == b"new"
    assert things.get_or_build("user-2", "/things/", refuse).body == b"old"
    assert things.get_or_build(EVERYONE, "/things/", refuse).body == b"old"


def test_drop_of_several_scopes_reaches_each(things, drop):
    things.get_or_build("user-1", "/things/", built(b"old"))
    things.get_or_build("user-2", "/things/", built(b"old"))

    drop(things, "user-1", "user-2")

    assert things.get_or_build("user-1", "/things/", built(b"new")).body == b"new"
    assert things.get_or_build("user-2", "/things/", built(b"new")).body == b"new"


@pytest.mark.django_db(transaction=True)
def test_what_a_reader_kept_before_the_commit_is_dropped_by_it(things):
    with transaction.atomic():
        things.drop_on_commit()
        things.get_or_build(EVERYONE, "/things/", built(b"old"))

    assert things.get_or_build(EVERYONE, "/things/", built(b"new")).body == b"new"


@pytest.mark.django_db(transaction=True)
def test_write_that_is_rolled_back_drops_nothing(things):
    things.get_or_build(EVERYONE, "/things/", built(b"old"))

    with transaction.atomic():
        things.drop_on_commit()
        transaction.set_rollback(True)

    assert things.get_or_build(EVERYONE, "/things/", refuse).body == b"old"


@pytest.mark.parametrize("dropped", [(), (EVERYONE,), ("user-1",)], ids=["all", "everyone", "user-1"])
@pytest.mark.parametrize("is_first_reader", [True, False])
def test_reader_that_a_commit_overtook_keeps_nothing_for_others(things, drop, is_first_reader, dropped):
    if not is_first_reader:
        things.get_or_build("user-1", "/other/", built(b""))

    def read_slowly():
        rows = b"old"
        drop(things, *dropped)  # a writer commits before the answer is ready
        return rows

    overtaken = things.get_or_build("user-1", "/things/", read_slowly)
    later = things.get_or_build("user-1", "/things/", built(b"new"))

    assert (overtaken.body, later.body) == (b"old", b"new")


def test_answer_that_names_people_is_not_kept_when_it_was_dropped_meanwhile():
    people = CacheNamespace("things", timeout=300, names_people=True)

    people.get_or_build("user-1", "/", lambda: people.drop(EVERYONE) or b"Anna")

    assert cache.get(people._key("user-1", "/")) is None


def test_answer_is_kept_for_its_time_and_no_longer(things, clock):
    with clock.travel(NOON, tick=False):
        things.get_or_build(EVERYONE, "/things/", built(b"old"))
    with clock.travel(NOON + timedelta(seconds=299), tick=False):
        assert things.get_or_build(EVERYONE, "/things/", refuse).body == b"old"
    with clock.travel(NOON + timedelta(seconds=300), tick=False):
        assert things.get_or_build(EVERYONE, "/things/", built(b"new")).body == b"new"


@pytest.mark.usefixtures("hoarding_cache")
def test_answer_older_than_its_time_is_not_given_even_if_the_cache_keeps_it(things, clock):
    with clock.travel(NOON, tick=False):
        things.get_or_build(EVERYONE, "/things/", built(b"old"))
    with clock.travel(NOON + timedelta(seconds=299), tick=False):
        assert things.get_or_build(EVERYONE, "/things/", refuse).body == b"old"
    with clock.travel(NOON + timedelta(seconds=300), tick=False):
        assert things.get_or_build(EVERYONE, "/things/", built(b"new")).body == b"new"


@pytest.mark.usefixtures("hoarding_cache")
def test_time_begins_before_the_rows_are_read(things, clock):
    with clock.travel(NOON, tick=False) as traveller:

        def read_slowly():
            traveller.shift(timedelta(seconds=200))
            return b"old"

        assert things.get_or_build(EVERYONE, "/things/", read_slowly).body == b"old"
        traveller.shift(timedelta(seconds=100))

        assert things.get_or_build(EVERYONE, "/things/", built(b"new")).body == b"new"


@pytest.mark.parametrize(
    "nonsense",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"no head", id="no head"),
        pytest.param(b"99999999999", id="time alone"),
        pytest.param(b"99999999999 \xff\xfe\n[]", id="no text"),
        pytest.param(b"soon etag\n[]", id="no time"),
        pytest.param(b"9" * 5000 + b' "etag"\n[]', id="no number that can be read"),
        pytest.param(pickle.dumps(["planted"]), id="pickle"),
        pytest.param("text", id="text"),
        pytest.param(7, id="number"),
        pytest.param(["list"], id="list"),
        pytest.param({"a": "dict"}, id="dict"),
        pytest.param(True, id="boolean"),
    ],
)
def test_nonsense_in_the_cache_is_no_answer(things, settings, nonsense):
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.LyingCache", "NONSENSE": nonsense}}

    assert things.get_or_build(EVERYONE, "/things/", built(b"new")).body == b"new"


@pytest.mark.parametrize(
    "nonsense",
    [None, 7, "two words", pytest.param("x" * 300, id="long"), b"\xff", ["list"]],
)
def test_nonsense_in_place_of_a_token_is_harmless(things, drop, nonsense):
    cache.set("things:everyone:token", nonsense, timeout=None)

    things.get_or_build(EVERYONE, "/things/", built(b"old"))
    drop(things)

    assert things.get_or_build(EVERYONE, "/things/", built(b"new")).body == b"new"


def test_without_a_cache_every_answer_is_built(things, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

    things.get_or_build(EVERYONE, "/things/", built(b"old"))

    assert things.get_or_build(EVERYONE, "/things/", built(b"new")).body == b"new"


def test_with_a_cache_out_of_reach_every_answer_is_built(things, settings):
    with socket.socket() as guard:
        guard.bind(("127.0.0.1", 0))
        server = f"127.0.0.1:{guard.getsockname()[1]}"
        settings.CACHES = {
            "default": {"BACKEND": "apps.core.caching.memcached.StoreMemcached", "LOCATION": [server]}
        }

        things.get_or_build(EVERYONE, "/things/", built(b"old"))

        assert things.get_or_build(EVERYONE, "/things/", built(b"new")).body == b"new"


def test_tokens_that_the_cache_forgot_never_come_back(things):
    things.get_or_build(EVERYONE, "/things/", built(b"old"))

    cache.delete("things:everyone:token")

    assert things.get_or_build(EVERYONE, "/things/", built(b"new")).body == b"new"


@pytest.mark.django_db(transaction=True)
def test_many_writes_of_a_transaction_drop_once(things, monkeypatch):
    drops = []
    monkeypatch.setattr(things, "drop", lambda *scopes: drops.append(scopes))

    with transaction.atomic():
        things.drop_on_commit()
        things.drop_on_commit("ann")
        with transaction.atomic():
            things.drop_on_commit()
        things.drop_on_commit("ann")
    things.drop_on_commit()

    assert drops == [(EVERYONE,), ("ann",), (EVERYONE,)]


@pytest.mark.django_db(transaction=True)
def test_drop_that_a_savepoint_has_taken_back_is_made_by_the_next_write(things, monkeypatch):
    drops = []
    monkeypatch.setattr(things, "drop", lambda *scopes: drops.append(scopes))

    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            things.drop_on_commit()
            raise ZeroDivisionError
        things.drop_on_commit()

    assert drops == [(EVERYONE,)]
