"""Logins that fail too often, by one name or from one address, have to wait."""

from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth import hashers
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from apps.core.tests.answers import problem, problem_of
from apps.core.tests.threads import at_once
from apps.jobs.maintenance import run_maintenance
from apps.users.models import LoginFailures
from conftest import PASSWORD

URL = "/api/v1/auth/login/"
TOLD_TO_WAIT = problem(429, "too_many_attempts", "Too many failed login attempts. Try again later.")
ROUNDS = 3

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self):
        self.time = timezone.now()

    def __call__(self):
        return self.time

    def go(self, **duration):
        self.time += timedelta(**duration)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock)
    return clock


@pytest.fixture
def anna(make_user):
    return make_user(username="Anna", email="anna@example.com")


def log_in(name="Anna", password="wrong-horse-battery", address="192.0.2.1"):
    headers = {"accept-language": "en"}
    account = {"username": name, "password": password}
    return APIClient(REMOTE_ADDR=address).post(URL, account, headers=headers)


def statuses_of(times, **login):
    return Counter(log_in(**login).status_code for _time in range(times))


def fill(failures, *, name="Anna"):
    """Let the logins of the name fail, each from another address."""
    for number in range(failures):
        assert log_in(name, address=f"198.51.100.{number}").status_code == 401


def fill_address(failures, *, address="192.0.2.1"):
    """Let one login from the address fail, and make it so many."""
    assert log_in("somebody", address=address).status_code == 401
    LoginFailures.objects.filter(kind="ip").update(failures=failures)


@pytest.mark.parametrize("name", ["Anna", "nobody"])
def test_eleventh_attempt_by_one_name_has_to_wait_whether_somebody_has_it_or_not(anna, name):
    fill(10, name=name)

    response = log_in(name)

    assert problem_of(response) == TOLD_TO_WAIT
    assert response["Retry-After"] == "1"


def test_right_password_has_to_wait_too(anna, clock):
    fill(10)

    assert log_in(password=PASSWORD).status_code == 429
    clock.go(seconds=1)
    assert log_in(password=PASSWORD).status_code == 200


@pytest.mark.parametrize("name", ["Anna", "nobody"])
def test_nothing_is_hashed_for_who_has_to_wait(anna, name, monkeypatch):
    fill(10, name=name)
    hashed = []
    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", lambda *args: hashed.append(args))

    assert log_in(name).status_code == 429
    assert hashed == []


def test_each_further_failure_doubles_the_pause_until_all_is_forgotten(anna, clock):
    fill(10)
    pauses = []
    for _failure in range(11):
        pauses.append(int(log_in()["Retry-After"]))
        clock.go(seconds=pauses[-1])
        assert log_in().status_code == 401

    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900]
    assert statuses_of(10) == {401: 9, 429: 1}  # after the longest pause it begins anew


def test_asking_makes_the_pause_no_longer(anna, clock):
    fill(10)
    clock.go(seconds=1)
    assert statuses_of(20) == {401: 1, 429: 19}
    clock.go(seconds=2)

    assert log_in(password=PASSWORD).status_code == 200


def test_failures_are_forgotten_a_quarter_of_an_hour_after_the_last(anna, clock):
    fill(9)
    clock.go(minutes=14, seconds=59)
    assert log_in().status_code == 401
    clock.go(minutes=14, seconds=59)
    assert statuses_of(2) == {401: 1, 429: 1}
    clock.go(minutes=15)

    assert statuses_of(11) == {401: 10, 429: 1}


def test_success_clears_the_count_of_the_name(anna):
    fill(9)
    assert log_in(password=PASSWORD).status_code == 200

    assert statuses_of(11) == {401: 10, 429: 1}


@pytest.mark.parametrize("other", ["anna", "ANNA", " Anna ", "Ａnna"])
def test_other_spellings_of_a_name_are_the_same_name(anna, other):
    fill(10)

    assert log_in(other).status_code == 429


def test_limit_holds_while_memcached_is_away(anna, settings):
    settings.CACHES = {"default": {**settings.MEMCACHED_CACHE, "LOCATION": ["127.0.0.1:9"]}}

    assert statuses_of(11) == {401: 10, 429: 1}


def test_other_names_do_not_wait(anna, make_user):
    make_user(username="Olga")
    fill(10)

    assert log_in("Olga", PASSWORD).status_code == 200


def test_one_address_may_fail_a_hundred_times_whatever_the_names(anna, clock):
    fill_address(99)
    assert log_in("last").status_code == 401

    response = log_in(password=PASSWORD)

    assert (response.status_code, response["Retry-After"]) == (429, "1")
    assert log_in(password=PASSWORD, address="192.0.2.2").status_code == 200


def test_success_takes_nothing_but_its_own_attempt_from_the_count_of_the_address(anna):
    fill_address(99)

    assert statuses_of(5, password=PASSWORD) == {200: 5}
    assert log_in("last").status_code == 401
    assert log_in(password=PASSWORD).status_code == 429


def test_failures_of_an_address_are_forgotten_a_quarter_of_an_hour_after_the_first(anna, clock):
    fill_address(99)
    clock.go(minutes=14)
    assert log_in("last").status_code == 401
    assert log_in(password=PASSWORD).status_code == 429
    clock.go(minutes=1)

    assert statuses_of(5, password=PASSWORD) == {200: 5}
    assert sorted(LoginFailures.objects.filter(kind="ip").values_list("failures", flat=True)) == [0]


def test_addresses_of_one_ipv6_network_are_one(anna):
    fill_address(99, address="2001:db8::1")
    assert log_in("last", address="2001:db8::2").status_code == 401

    assert log_in(address="2001:db8::ffff").status_code == 429
    assert log_in(address="2001:db8:0:1::1").status_code == 401


def test_known_and_unknown_names_cost_the_same_statements(anna, make_user):
    make_user(username="inactive", email="inactive@example.com", is_active=False)
    of_names = [statements_of(name) for name in ("Anna", "nobody", "inactive")]
    of_addresses = [statements_of(f"{name}@example.com") for name in ("anna", "nobody", "inactive")]

    assert of_names == [of_names[0]] * 3
    assert of_addresses == [of_addresses[0]] * 3
    assert [len(of_names[0]), len(of_addresses[0])] == [8, 8]


def test_neither_names_nor_addresses_can_be_read_in_the_table(anna):
    log_in()

    assert "anna" not in str(LoginFailures.objects.values()).lower()
    assert "192.0.2.1" not in str(LoginFailures.objects.values())


def test_what_is_forgotten_is_deleted_day_by_day(anna, clock):
    log_in()
    clock.go(minutes=10)
    log_in("nobody", address="192.0.2.2")
    clock.go(minutes=5)

    run_maintenance()

    assert sorted(LoginFailures.objects.values_list("kind", flat=True)) == ["account", "ip"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["Anna", "nobody"])
def test_of_twenty_at_once_exactly_the_limit_get_through(anna, clock, name):
    for _round in range(ROUNDS):
        answers = at_once(20, lambda hand: log_in(name, address=f"198.51.100.{hand}").status_code)

        assert Counter(answers) == {401: 10, 429: 10}
        clock.go(minutes=15)


@pytest.mark.django_db(transaction=True)
def test_of_many_names_at_once_from_one_address_exactly_the_limit_get_through(anna, clock):
    for _round in range(ROUNDS):
        fill_address(92)

        answers = at_once(20, lambda hand: log_in(f"other{hand}").status_code)

        assert Counter(answers) == {401: 8, 429: 12}
        clock.go(minutes=15)


@pytest.mark.django_db(transaction=True)
def test_right_logins_at_once_succeed_and_leave_no_count(anna):
    for _round in range(ROUNDS):
        answers = at_once(8, lambda hand: log_in(password=PASSWORD).status_code)

        assert answers == [200] * 8

    assert not LoginFailures.objects.exclude(failures=0).exists()


def statements_of(name):
    """Return the first words of each statement of a failing login."""
    with CaptureQueriesContext(connection) as queries:
        assert log_in(name).status_code == 401
    return [" ".join(query["sql"].split()[:3]).partition('"s1')[0] for query in queries]
