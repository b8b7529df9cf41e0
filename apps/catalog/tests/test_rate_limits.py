"""Rate limits: too many requests are answered with 429 and `Retry-After`, exactly at the limit."""

import socket
import time
from collections import Counter

import pytest
from django.core.cache import cache, caches
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_product
from apps.core.tests.answers import problem, problem_of
from apps.core.tests.threads import at_once
from conftest import signed_in
from online_store.env import Rate

ORDERS, PRODUCTS, REGISTER = "/api/v1/orders/", "/api/v1/products/", "/api/v1/auth/register/"
NOON = 1_800_014_400  # a whole minute, hour and half a day
TOLD_TO_WAIT = problem(429, "too_many_requests", "Too many requests. Try again later.")
OTHER_ADDRESS = {"REMOTE_ADDR": "192.0.2.7"}

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


@pytest.fixture
def limits(settings):
    """Return a function that gives limits; the others are off."""
    if settings.STORE_EMBEDDED:
        caches["counters"].clear()

    def give(**rates):
        settings.THROTTLES = {**dict.fromkeys(settings.THROTTLES), **rates}

    return give


@pytest.fixture
def clock(monkeypatch):
    """Let it be 18 seconds past noon."""
    monkeypatch.setattr(time, "time", lambda: NOON + 18.25)


def statuses_of(client, times, path=ORDERS, **extra):
    return [client.get(path, **extra).status_code for _time in range(times)]


def test_who_has_spent_the_limit_is_told_when_to_come_back(customer_api, limits, clock):
    limits(user=Rate(2, 60))
    answers = [customer_api.get(ORDERS, headers={"accept-language": "en"}) for _time in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert [answer["RateLimit"] for answer in answers] == [
        '"user";r=1;t=42',
        '"user";r=0;t=42',
        '"user";r=0;t=42',
        '"user";r=0;t=42',
    ]
    assert {answer["RateLimit-Policy"] for answer in answers} == {'"user";q=2;w=60'}
    assert [answer.get("Retry-After") for answer in answers] == [None, None, "42", "42"]
    assert problem_of(answers[3]) == TOLD_TO_WAIT


def test_limit_is_whole_again_in_the_next_window(customer_api, limits, clock, monkeypatch):
    limits(user=Rate(2, 60))
    assert statuses_of(customer_api, 3) == [200, 200, 429]

    monkeypatch.setattr(time, "time", lambda: NOON + 60)

    assert statuses_of(customer_api, 3) == [200, 200, 429]


def test_each_account_has_a_limit_of_its_own_wherever_it_is(customer, other_customer_api, limits, clock):
    limits(user=Rate(2, 60), address=Rate(1, 60))
    home, phone = signed_in(customer), signed_in(customer)

    assert statuses_of(home, 1) + statuses_of(phone, 2, **OTHER_ADDRESS) == [200, 200, 429]
    assert statuses_of(other_customer_api, 2) == [200, 200]


def test_requests_without_an_account_are_counted_by_address(api, limits, clock):
    limits(user=Rate(1, 60), address=Rate(2, 60))

    assert statuses_of(api, 3, "/api/v1/products/7/") == [404, 404, 429]
    assert statuses_of(api, 1, "/api/v1/products/7/", **OTHER_ADDRESS) == [404]


def test_anonymous_reads_are_counted_only_when_they_are_not_in_the_cache(api, limits, clock):
    limits(address=Rate(2, 60))
    product = make_product()
    pages = [PRODUCTS, f"{PRODUCTS}{product.pk}/", "/api/v1/categories/"]

    answers = [api.get(path) for path in pages[:2] * 3]
    late = api.get(pages[2])

    assert [answer.status_code for answer in answers] == [200] * 6
    assert [answer.has_header("RateLimit") for answer in answers] == [True] * 2 + [False] * 4
    assert late.status_code == 429
    assert statuses_of(api, 1, pages[2], **OTHER_ADDRESS) == [200]


def test_reads_of_an_account_are_counted_from_the_cache_too(customer_api, limits, clock):
    limits(user=Rate(2, 60))

    assert statuses_of(customer_api, 3, PRODUCTS) == [200, 200, 429]


def test_new_accounts_have_a_limit_of_their_own(api, limits, clock):
    limits(register=Rate(2, 3600), address=Rate(1, 60))

    answers = [api.post(REGISTER, {}) for _time in range(3)]

    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert answers[2]["Retry-After"] == str(3600 - 18)
    assert answers[0]["RateLimit-Policy"] == '"register";q=2;w=3600'
    assert api.post("/api/v1/auth/login/", {}).status_code == 400


def test_pages_of_the_schema_are_counted_too(api, limits, clock):
    limits(address=Rate(1, 60))

    assert statuses_of(api, 2, "/api/schema/swagger-ui/") == [200, 429]


def test_limit_that_is_off_counts_nothing(customer_api, api, limits):
    limits()

    response = customer_api.get(ORDERS)

    assert statuses_of(customer_api, 5) == [200] * 5
    assert not response.has_header("RateLimit")
    assert [api.post(REGISTER, {}).status_code for _time in range(5)] == [400] * 5


def test_health_is_never_refused(api, limits):
    limits(address=Rate(1, 86_400))

    assert statuses_of(api, 5, "/healthz") == [200] * 5


def test_nobody_is_refused_while_memcached_is_away(customer_api, limits, settings):
    limits(user=Rate(1, 60))
    settings.STORE_EMBEDDED = False
    with socket.socket() as guard:
        guard.bind(("127.0.0.1", 0))  # and listens not
        address = f"127.0.0.1:{guard.getsockname()[1]}"
        settings.CACHES = {"default": {**settings.MEMCACHED_CACHE, "LOCATION": [address]}}

        answers = [customer_api.get(ORDERS) for _time in range(5)]

    cache._connections = type(cache._connections)()
    assert [answer.status_code for answer in answers] == [200] * 5
    assert not any(answer.has_header("RateLimit") for answer in answers)


def test_of_twenty_at_once_exactly_the_limit_get_through(limits):
    limits(register=Rate(5, 86_400))
    for number in range(10):
        client = APIClient(REMOTE_ADDR=f"192.0.2.{number}")

        answers = at_once(20, lambda hand: client.post(REGISTER, {}).status_code)  # noqa: B023  called before the loop goes on

        assert Counter(answers) == {400: 5, 429: 15}


@pytest.mark.memcached
def test_garbage_in_place_of_a_counter_refuses_nobody(customer, customer_api, limits, clock):
    limits(user=Rate(1, 60))
    cache.set(f"rate_limit:user:{customer.pk}:{NOON // 60}", "garbage")

    assert statuses_of(customer_api, 3) == [200] * 3
