"""Staff change their own password in the admin; the old one can be guessed no more often than elsewhere."""

from collections import Counter

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse

from apps.users.login_throttling import KNOWN
from apps.users.models import LoginFailures, User
from conftest import PASSWORD

PAGE = reverse("admin:password_change")
NEW = "another-horse-entirely"
HOME = "192.0.2.7"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    """Stop the clock, so that no pause is over by itself."""
    with time_machine.travel("2030-01-01T12:00:00Z", tick=False):
        yield


@pytest.fixture
def office(client, staff):
    client.force_login(staff)
    return client


def change(client, old=PASSWORD, new=NEW):
    form = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post(PAGE, form, headers={"accept-language": "en"}, REMOTE_ADDR=HOME)


def test_page_is_shown_and_changes_the_password_and_this_session_goes_on(office, staff):
    other = Client()
    other.force_login(staff)
    assert office.get(PAGE).status_code == 200

    response = change(office)

    assert (response.status_code, response["Location"]) == (302, reverse("admin:password_change_done"))
    assert User.objects.get(pk=staff.pk).check_password(NEW)
    assert office.get(reverse("admin:index")).status_code == 200
    assert other.get(reverse("admin:index")).status_code == 302


def test_who_guesses_the_old_password_too_often_has_to_wait_and_so_has_the_right_one(office, staff):
    guesses = Counter(change(office, "a-wrong-guess").status_code for _time in range(KNOWN.failures))

    response = change(office)

    assert guesses == {200: KNOWN.failures}
    assert (response.status_code, response["Retry-After"]) == (429, "1")
    assert "Too many failed login attempts. Try again later." in response.text
    assert User.objects.get(pk=staff.pk).check_password(PASSWORD)


def test_weak_new_password_is_no_failure(office):
    for _time in range(12):
        assert change(office, new="12345").status_code == 200

    assert not LoginFailures.objects.exclude(failures=0).exists()
    assert change(office).status_code == 302


def test_password_that_was_changed_since_it_was_looked_at_is_not_replaced(office, staff, monkeypatch):
    check_password = User.check_password

    def slow(user, password):
        is_right = check_password(user, password)
        User.objects.filter(pk=user.pk).update(password=make_password("the-owner-s-new-horse"))
        return is_right

    monkeypatch.setattr(User, "check_password", slow)

    response = change(office)

    assert response.status_code == 200
    assert set(response.context["form"].errors) == {"old_password"}
    assert check_password(User.objects.get(pk=staff.pk), "the-owner-s-new-horse")
