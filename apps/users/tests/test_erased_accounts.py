"""Erased accounts: nothing that was read before brings them back, and no log keeps the name."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.urls import reverse

from apps.audit.models import AuditEntry
from apps.jobs.models import Job
from apps.users.erasure import erase
from apps.users.exceptions import AccountErased
from apps.users.models import Session, User
from conftest import PASSWORD, signed_in
from tests.support.personal_traces import traces_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, staff):
    client.force_login(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def anna(make_user) -> User:
    return make_user(username="anna-canary", email="anna.canary@example.com", first_name="Canarianna")


def erased(user: User) -> User:
    with transaction.atomic():
        erase(User.objects.get(pk=user.pk))
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("fields", [None, ["first_name"], ["password"], ["is_active", "email"]])
def test_what_was_read_before_is_not_written_back(anna, fields):
    shell = erased(anna)
    anna.set_password("another-horse-battery")

    with pytest.raises(AccountErased), transaction.atomic():
        anna.save(update_fields=fields)

    assert User.objects.filter(pk=anna.pk).values().get() == User.objects.filter(pk=shell.pk).values().get()
    assert traces_of("canar") == []


def test_erasure_is_dated_and_recorded_once(anna):
    shell = erased(anna)

    assert shell.erased_at is not None
    assert AuditEntry.objects.about(shell).filter(action="erased").count() == 1


def test_account_that_is_opened_again_is_erased_again(anna):
    first = erased(anna)
    first.username, first.email, first.is_active = "canary-two", "two.canary@example.com", True
    first.set_password(PASSWORD)
    first.save()

    response = signed_in(first).delete("/api/v1/auth/me/", {"password": PASSWORD})

    assert response.status_code == 204
    second = User.objects.get(pk=anna.pk)
    assert second.erased_at > first.erased_at
    assert not second.is_active
    assert AuditEntry.objects.about(second).filter(action="erased").count() == 2
    assert traces_of("canar") == []


def test_staff_look_at_an_erased_account_and_cannot_change_it(office, anna):
    erased(anna)
    page = reverse("admin:users_user_change", args=[anna.pk])
    before = User.objects.filter(pk=anna.pk).values().get()

    shown = office.get(page)
    form = {"username": "anna-canary", "email": "anna.canary@example.com", "is_active": "on"}
    saved = office.post(page, {**form, "date_joined_0": "2030-01-01", "date_joined_1": "12:00:00"})
    password = office.post(reverse("admin:auth_user_password_change", args=[anna.pk]), {})

    assert shown.status_code == 200
    assert 'name="_save"' not in shown.text
    assert (saved.status_code, password.status_code) == (403, 403)
    assert User.objects.filter(pk=anna.pk).values().get() == before


def test_admins_log_names_accounts_and_sessions_by_number(office, anna):
    session = Session.objects.open(anna, device="canary's phone")
    add = {"username": "bird-canary", "email": "bird.canary@example.com", "usable_password": "true"}
    passwords = dict.fromkeys(("password1", "password2"), "another-horse-battery")
    office.post(reverse("admin:users_user_add"), {**add, **passwords})
    office.post(reverse("admin:auth_user_password_change", args=[anna.pk]), {**add, **passwords})
    office.post(reverse("admin:users_session_delete", args=[session.pk]), {"post": "yes"})
    bird = User.objects.get(username="bird-canary")
    office.post(reverse("admin:users_user_delete", args=[bird.pk]), {"post": "yes"})

    shown = list(LogEntry.objects.order_by("pk").values_list("object_repr", flat=True))
    assert shown == [str(bird.pk), str(anna.pk), str(session.pk), str(bird.pk)]


def test_account_that_is_deleted_leaves_no_trace(office, api):
    body = {"username": "anna-canary", "email": "anna.canary@example.com", "password": PASSWORD}
    assert api.post("/api/v1/auth/register/", body).status_code == 201
    Job.objects.update(last_error="550 <anna.canary@example.com>: no such user")
    anna = User.objects.get(username="anna-canary")
    Session.objects.open(anna, device="canary's phone")

    office.post(reverse("admin:users_user_delete", args=[anna.pk]), {"post": "yes"})

    assert not User.objects.filter(pk=anna.pk).exists()
    assert traces_of("canar") == []
