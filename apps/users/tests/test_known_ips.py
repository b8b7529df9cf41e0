"""Strangers who guess an account's password do not keep its owner out, and cannot pass for the owner."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from rest_framework.test import APIClient

from apps.jobs.maintenance import run_maintenance
from apps.jobs.runner import run_due_jobs
from apps.users.login_throttling import ACCOUNT, IP
from apps.users.models import KnownIP, LoginFailures
from conftest import PASSWORD
from tests.support.email_tokens import reset_token

AUTH = "/api/v1/auth/"
NEW = "another-horse-entirely"
HOME, ABROAD = "192.0.2.7", "203.0.113.7"
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    """Return a clock that goes when it is told to, so that no pause is over by itself."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def anna(make_user):
    return make_user(username="Anna", email="anna@example.com")


def log_in(name="Anna", password=PASSWORD, *, at=HOME):
    return APIClient(REMOTE_ADDR=at).post(f"{AUTH}login/", {"username": name, "password": password})


def client_of(login, *, at=HOME):
    return APIClient(REMOTE_ADDR=at, HTTP_AUTHORIZATION=f"Bearer {login.json()['access']}")


def strangers_guess(failures=20, *, name="Anna"):
    """Guess from as many addresses, and return how often each status was answered."""
    guesses = (log_in(name, "a-wrong-guess", at=f"198.51.100.{number}") for number in range(failures))
    return Counter(guess.status_code for guess in guesses)


def test_owner_logs_in_from_a_known_place_whatever_strangers_do(anna):
    log_in()

    assert strangers_guess() == {401: 10, 429: 10}
    assert log_in().status_code == 200
    assert log_in("anna@example.com").status_code == 200
    assert log_in(at=ABROAD).status_code == 429


def test_success_at_a_known_place_gives_strangers_no_further_guesses(anna):
    log_in()
    for _time in range(3):
        strangers_guess()
        assert log_in().status_code == 200

    assert strangers_guess() == {429: 20}


def test_guesses_at_a_known_place_have_a_limit_too(anna):
    log_in()

    guesses = Counter(log_in(password="a-wrong-guess").status_code for _time in range(11))

    assert guesses == {401: 10, 429: 1}
    assert log_in().status_code == 429
    assert log_in(at=ABROAD).status_code == 200


def test_place_that_one_account_knows_is_not_known_to_another(anna, make_user):
    make_user(username="Eve")
    log_in("Eve", at=HOME)

    strangers_guess()

    assert log_in().status_code == 429


@pytest.mark.parametrize("at", ["", "unknown"])
def test_address_that_nobody_knows_is_no_place(anna, at):
    log_in(at=at)
    strangers_guess()

    assert log_in(at=at).status_code == 429
    assert not KnownIP.objects.exists()


def test_networks_of_ipv6_are_known_as_one(anna):
    log_in(at="2001:db8::1")
    strangers_guess()

    assert log_in(at="2001:db8::2").status_code == 200
    assert log_in(at="2001:db8:0:1::1").status_code == 429


def test_thief_of_a_refresh_token_makes_no_place_known(anna):
    refresh = log_in().json()["refresh"]
    thief = APIClient(REMOTE_ADDR=ABROAD)
    access = thief.post(f"{AUTH}refresh/", {"refresh": refresh}).json()["access"]
    thief.get(f"{AUTH}me/", HTTP_AUTHORIZATION=f"Bearer {access}")

    strangers_guess()

    assert log_in(at=ABROAD).status_code == 429


def test_place_is_known_for_thirty_days_after_the_last_login(anna, clock):
    log_in()
    clock.shift(timedelta(days=20))
    log_in()
    clock.shift(timedelta(days=30, seconds=-1))
    strangers_guess()
    assert log_in().status_code == 200
    clock.shift(timedelta(days=30))
    strangers_guess()
    assert log_in().status_code == 429
    assert KnownIP.objects.exists()

    run_maintenance()

    assert not KnownIP.objects.exists()


def test_place_cannot_be_read_in_the_table(anna):
    log_in()

    assert HOME not in str(KnownIP.objects.values())


def test_clerk_logs_in_to_the_admin_from_a_known_place_whatever_strangers_do(client, staff):
    account = {"username": staff.username, "password": PASSWORD}
    client.post(reverse("admin:login"), account, REMOTE_ADDR=HOME)
    client.logout()

    assert strangers_guess(name=staff.username) == {401: 10, 429: 10}

    assert client.post(reverse("admin:login"), account, REMOTE_ADDR=HOME).status_code == 302


# --- By mail


def test_reset_by_mail_lifts_the_lock(anna):
    strangers_guess()
    APIClient().post(f"{AUTH}password/reset/", {"email": anna.email})
    run_due_jobs()
    token = re.search(r"^Код: (\S+)$", mail.outbox[-1].body, re.MULTILINE)[1]

    reset = APIClient(REMOTE_ADDR=ABROAD).post(
        f"{AUTH}password/reset/confirm/", {"token": token, "new_password": NEW}
    )

    assert reset.status_code == 204
    assert log_in(password=NEW).status_code == 200


def test_strangers_who_are_quick_do_not_lock_out_who_has_just_reset_the_password(anna):
    body = {"token": reset_token(anna), "new_password": NEW}
    assert APIClient(REMOTE_ADDR=HOME).post(f"{AUTH}password/reset/confirm/", body).status_code == 204

    strangers_guess()

    assert log_in(password=NEW).status_code == 200


def test_reset_that_is_refused_lifts_nothing(anna):
    strangers_guess()
    for token, password in ((f"{anna.pk}:guess", NEW), (reset_token(anna), "12345")):
        body = {"token": token, "new_password": password}
        assert APIClient().post(f"{AUTH}password/reset/confirm/", body).status_code == 400

    assert log_in().status_code == 429


def test_place_of_a_former_password_is_not_known_any_more(anna):
    log_in(at=ABROAD)  # by a thief who had the password
    body = {"token": reset_token(anna), "new_password": NEW}
    APIClient(REMOTE_ADDR=HOME).post(f"{AUTH}password/reset/confirm/", body)

    strangers_guess()

    assert log_in(password=NEW, at=ABROAD).status_code == 429


def test_place_where_the_password_is_changed_stays_known(anna):
    phone = client_of(log_in())
    body = {"old_password": PASSWORD, "new_password": NEW}
    assert phone.post(f"{AUTH}password/change/", body).status_code == 204

    strangers_guess()

    assert log_in(password=NEW).status_code == 200


# --- One namespace for names and addresses


def test_own_password_of_an_account_named_like_the_victim_s_address_gives_no_guesses_back(anna, make_user):
    make_user(username="anna@example.com", email="eve@example.com", password="eves-own-password")

    answers = Counter()
    for _round in range(6):
        guesses = [log_in("anna@example.com", "a-wrong-guess", at=ABROAD) for _time in range(9)]
        own = [
            log_in(name, "eves-own-password", at=ABROAD) for name in ("anna@example.com", "eve@example.com")
        ]
        answers.update(answer.status_code for answer in (*guesses, own[0]))

    assert answers == {401: ACCOUNT.failures, 429: 60 - ACCOUNT.failures}


def test_name_and_address_of_an_account_are_counted_together(anna):
    for number in range(5):
        log_in("anna", "a-wrong-guess", at=f"198.51.100.{number}")
        log_in("Anna@Example.com", "a-wrong-guess", at=f"198.51.100.{number}")

    assert log_in("ANNA").status_code == 429


def test_address_that_has_failed_a_hundred_times_is_held_up_though_it_is_known(anna):
    log_in()
    LoginFailures.objects.filter(kind=IP.kind).update(failures=IP.failures - 1)
    log_in("nobody", "a-wrong-guess")

    assert log_in().status_code == 429
