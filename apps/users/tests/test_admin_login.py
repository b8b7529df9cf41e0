"""The admin's login fails no more often than the API's: both are counted together."""

import pytest
from django.urls import reverse

from apps.users.login_throttling import ACCOUNT
from apps.users.models import LoginFailures
from conftest import PASSWORD

LOGIN = reverse("admin:login")
API_LOGIN = "/api/v1/auth/login/"
TOLD_TO_WAIT = "Too many failed login attempts. Try again later."

pytestmark = pytest.mark.django_db


def log_in(client, name, password="wrong-horse-battery"):
    account = {"username": name, "password": password}
    return client.post(LOGIN, account, headers={"accept-language": "en"})


def fill(client, name, failures=ACCOUNT.failures):
    assert [log_in(client, name).status_code for _time in range(failures)] == [200] * failures


@pytest.mark.parametrize("name", ["staff", "STAFF", "Staff@example.com"])
def test_staff_log_in_as_in_the_api_by_name_or_address_whatever_the_case(client, make_user, name):
    clerk = make_user(username="Staff", email="staff@example.com", password=PASSWORD, is_staff=True)

    assert log_in(client, name, PASSWORD).status_code == 302
    assert client.session["_auth_user_id"] == str(clerk.pk)


def test_address_is_its_owner_s_though_another_has_it_as_a_username(client, make_user):
    owner = make_user(username="owner", email="owner@example.com", password=PASSWORD, is_staff=True)
    make_user(username="owner@example.com", password="another-password", is_staff=True)

    assert log_in(client, "owner@example.com", "another-password").status_code == 200
    assert "_auth_user_id" not in client.session
    assert log_in(client, "owner@example.com", PASSWORD).status_code == 302
    assert client.session["_auth_user_id"] == str(owner.pk)


@pytest.mark.parametrize("is_known", [True, False])
def test_who_fails_too_often_is_told_to_wait_by_the_form(client, staff, is_known):
    name = staff.username if is_known else "nobody"
    fill(client, name)

    response = log_in(client, name, PASSWORD)

    assert response.status_code == 429
    assert response["Retry-After"] == "1"
    assert response.context["form"].non_field_errors() == [TOLD_TO_WAIT]
    assert TOLD_TO_WAIT in response.text
    assert "_auth_user_id" not in client.session


def test_failures_in_the_admin_and_in_the_api_are_counted_together(client, api, staff):
    fill(client, staff.username, 5)
    for _time in range(5):
        assert api.post(API_LOGIN, {"username": staff.username, "password": "wrong"}).status_code == 401

    assert log_in(client, staff.username, PASSWORD).status_code == 429
    assert api.post(API_LOGIN, {"username": staff.username, "password": PASSWORD}).status_code == 429


def test_staff_who_log_in_are_not_counted(client, staff):
    fill(client, staff.username, 9)

    assert log_in(client, staff.username, PASSWORD).status_code == 302
    assert not LoginFailures.objects.exclude(failures=9).exists()  # those of the address
    assert client.get(reverse("admin:index")).status_code == 200


def test_customer_s_right_password_is_a_failure_here(client, customer):
    assert log_in(client, customer.username, PASSWORD).status_code == 200
    assert LoginFailures.objects.get(kind="account").failures == 1


def test_form_that_is_not_filled_in_is_no_attempt(client):
    response = client.post(LOGIN, {"username": "", "password": ""})

    assert response.status_code == 200
    assert set(response.context["form"].errors) == {"username", "password"}
    assert not LoginFailures.objects.exists()


def test_page_of_the_login_is_shown_and_sends_on_who_is_logged_in(client, staff):
    assert client.get(LOGIN).status_code == 200

    client.force_login(staff)

    assert client.get(LOGIN)["Location"] == reverse("admin:index")
