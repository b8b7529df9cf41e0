"""A call that asks for the password again counts what is wrong as a failed attempt, and nothing else."""

import re
from collections import Counter

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import hashers
from rest_framework.test import APIClient

from apps.core.tests.answers import refusal_of
from apps.users.login_throttling import KNOWN
from apps.users.models import LoginFailures, User
from conftest import PASSWORD, signed_in

AUTH = "/api/v1/auth/"
WRONG = "a-wrong-guess"
NEW = "another-horse-entirely"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    """Stop the clock, so that no pause is over by itself."""
    with time_machine.travel("2030-01-01T12:00:00Z", tick=False):
        yield


def change_password(client, old=PASSWORD, new=NEW):
    return client.post(f"{AUTH}password/change/", {"old_password": old, "new_password": new})


def change_email(client, password=PASSWORD, email="moved@example.com"):
    return client.post(f"{AUTH}email/change/", {"password": password, "new_email": email})


def close_account(client, password=PASSWORD):
    return client.delete(f"{AUTH}me/", {"password": password})


CALLS = [change_password, change_email, close_account]


def failures():
    return sum(LoginFailures.objects.values_list("failures", flat=True))


@pytest.mark.parametrize("call", CALLS)
def test_eleventh_wrong_password_has_to_wait_and_so_has_the_right_one(customer_api, call):
    answers = Counter(call(customer_api, WRONG).status_code for _time in range(11))

    assert answers == {400: KNOWN.failures, 429: 1}
    assert refusal_of(call(customer_api))[:2] == (429, "too_many_attempts")


def test_wrong_passwords_of_all_calls_of_a_session_are_counted_together(customer_api):
    for number in range(KNOWN.failures):
        assert CALLS[number % 3](customer_api, WRONG).status_code == 400

    assert [call(customer_api).status_code for call in CALLS] == [429] * 3


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda client: change_password(client, new="12345"), "password_too_short"),
        (lambda client: change_password(client, new="a" * 129), "max_length"),
        (lambda client: change_email(client, email="TAKEN@example.com"), "email_taken"),
        (lambda client: change_email(client, email="no address"), "invalid"),
        (lambda client: client.post(f"{AUTH}password/change/", {"old_password": PASSWORD}), "required"),
    ],
    ids=["weak", "too long", "taken", "no address", "missing"],
)
def test_right_password_is_no_failure_whatever_else_is_refused(customer_api, make_user, call, code):
    make_user(email="taken@example.com")

    for _time in range(12):
        assert code in {found for found, _pointer in refusal_of(call(customer_api))[2]}

    assert failures() == 0
    assert change_password(customer_api).status_code == 204


def test_staff_who_would_close_their_account_have_not_failed(staff_api):
    answers = {refusal_of(close_account(staff_api))[1] for _time in range(12)}

    assert answers == {"staff_account"}
    assert failures() == 0


def test_right_password_gives_the_failures_of_its_session_back(customer_api):
    for _time in range(2):
        assert {change_password(customer_api, WRONG).status_code for _try in range(9)} == {400}
        assert change_email(customer_api).status_code == 202

    assert change_password(customer_api).status_code == 204


def test_strangers_at_the_login_do_not_hold_up_a_session(customer, customer_api):
    for number in range(12):
        stranger = APIClient(REMOTE_ADDR=f"198.51.100.{number}")
        stranger.post(f"{AUTH}login/", {"username": customer.username, "password": WRONG})

    assert change_password(customer_api).status_code == 204


def test_what_fails_in_one_session_holds_up_no_other_one(customer, customer_api):
    for _time in range(12):
        change_password(customer_api, WRONG)

    assert change_password(signed_in(customer)).status_code == 204


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("password", [PASSWORD, WRONG])
def test_password_is_hashed_once_to_be_confirmed(customer_api, monkeypatch, call, password):
    hashed = []
    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher, "encode", lambda self, *given: hashed.append(given) or encode(self, *given)
    )

    call(customer_api, password)

    assert [given[0] for given in hashed].count(password) == 1


def test_passwords_are_looked_at_where_that_is_counted_only():
    """The admin's forms look at them by Django's own, which `admin_site.py` counts."""
    sources = [path for path in (settings.BASE_DIR / "apps").rglob("*.py") if "tests" not in path.parts]
    looking = {
        path.name
        for path in sources
        if re.search(r"\b(check_password|authenticate)\(", path.read_text("utf-8"))
    }

    assert looking == {"passwords.py", "sessions.py", "user.py", "handlers.py"}


@pytest.mark.parametrize("call", CALLS)
def test_password_that_was_changed_since_it_was_looked_at_is_wrong(customer, customer_api, monkeypatch, call):
    check_password = User.check_password

    def slow(user, password):
        is_right = check_password(user, password)
        User.objects.filter(pk=user.pk).update(password=hashers.make_password(NEW))
        return is_right

    monkeypatch.setattr(User, "check_password", slow)

    status, code, faults = refusal_of(call(customer_api))

    assert (status, code, [fault for fault, _pointer in faults]) == (
        400,
        "validation_error",
        ["wrong_password"],
    )
    account = User.objects.get(pk=customer.pk)
    assert (account.email, account.new_email, check_password(account, NEW)) == (customer.email, "", True)
