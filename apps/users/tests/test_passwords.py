"""A password is changed by who knows it; the other sessions end by that."""

from contextlib import suppress

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.urls import reverse

from apps.core.tests.answers import refusal_of
from apps.core.tests.threads import at_once
from apps.users.exceptions import InvalidCredentials
from apps.users.models import Session, User
from apps.users.sessions import log_in
from conftest import PASSWORD, signed_in

CHANGE = "/api/v1/auth/password/change/"
NEW = "another-horse-entirely"
pytestmark = pytest.mark.django_db


def knows(user: User, password: str) -> bool:
    return get_user_model().objects.get(pk=user.pk).check_password(password)


def test_password_is_changed_and_the_other_sessions_end(customer, other_customer_api):
    phone, laptop = signed_in(customer), signed_in(customer)

    response = phone.post(CHANGE, {"old_password": PASSWORD, "new_password": NEW})

    assert (response.status_code, response.content) == (204, b"")
    assert knows(customer, NEW)
    codes = [client.get("/api/v1/auth/me/").status_code for client in (phone, laptop, other_customer_api)]
    assert codes == [200, 401, 200]
    assert list(customer.sessions.order_by("created_at").values_list("ended_because", flat=True)) == [
        "",
        "password_change",
    ]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"old_password": "wrong-horse", "new_password": NEW}, [("wrong_password", "/old_password")]),
        ({"old_password": PASSWORD, "new_password": "12345"}, None),
        ({"old_password": PASSWORD, "new_password": "a" * 129}, [("max_length", "/new_password")]),
        ({"new_password": NEW}, [("required", "/old_password")]),
    ],
)
def test_wrong_or_weak_password_changes_nothing(customer, body, errors):
    phone, laptop = signed_in(customer), signed_in(customer)

    status, code, found = refusal_of(phone.post(CHANGE, body))

    assert (status, code) == (400, "validation_error")
    assert found == errors or {pointer for _code, pointer in found} == {"/new_password"}
    assert knows(customer, PASSWORD)
    assert laptop.get("/api/v1/auth/me/").status_code == 200


def admin_sets(user: User, client, staff: User, **values) -> None:
    client.force_login(staff)
    address = reverse("admin:auth_user_password_change", args=[user.pk])
    assert client.post(address, {"password1": NEW, "password2": NEW, **values}).status_code == 302


def test_password_set_in_the_admin_ends_all_sessions(client, staff, customer):
    api = signed_in(customer)

    admin_sets(customer, client, staff, usable_password="true")

    assert knows(customer, NEW)
    assert api.get("/api/v1/auth/me/").json()["code"] == "session_revoked"
    assert customer.sessions.get().ended_because == "password_change"


def test_password_taken_away_in_the_admin_ends_all_sessions(client, staff, customer):
    api = signed_in(customer)

    admin_sets(customer, client, staff, usable_password="false", **{"unset-password": "yes"})

    assert api.get("/api/v1/auth/me/").json()["code"] == "session_revoked"


def test_password_changed_on_the_command_line_ends_all_sessions(customer, monkeypatch):
    api = signed_in(customer)
    monkeypatch.setattr("getpass.getpass", lambda prompt: NEW)

    call_command("changepassword", customer.username, verbosity=0)

    assert knows(customer, NEW)
    assert api.get("/api/v1/auth/me/").json()["code"] == "session_revoked"


def test_deactivation_ends_all_sessions_for_good(customer):
    api = signed_in(customer)
    customer.is_active = False
    customer.save()
    customer.is_active = True
    customer.save()

    assert api.get("/api/v1/auth/me/").json()["code"] == "session_revoked"
    assert customer.sessions.get().ended_because == "deactivated"


def test_other_changes_and_a_renewed_hash_end_nothing(customer, settings):
    api = signed_in(customer)
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]

    customer.first_name = "Anna"
    customer.save()
    log_in(username=customer.username, password=PASSWORD)

    customer.refresh_from_db()
    assert customer.password.startswith("scrypt$")
    assert api.get("/api/v1/auth/me/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_login_beside_a_change_of_the_password_leaves_no_session_of_the_old_one(customer):
    def act(hand: int) -> None:
        if hand:
            with suppress(InvalidCredentials):
                log_in(username=customer.username, password=PASSWORD)
        else:
            user = User.objects.get(pk=customer.pk)
            user.set_password(NEW)
            user.save()

    at_once(6, act)

    assert knows(customer, NEW)
    assert not Session.objects.live().exists()
