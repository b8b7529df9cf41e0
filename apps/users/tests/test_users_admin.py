"""Accounts in the admin."""

import pytest
from django.urls import reverse

from apps.users.models import User
from tests.support.html_forms import send_form

LIST = reverse("admin:users_user_changelist")
ADD = reverse("admin:users_user_add")
NEW = {
    "username": "anna",
    "email": "anna@example.com",
    "usable_password": "true",
    "password1": "correct-horse-battery",
    "password2": "correct-horse-battery",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, staff):
    """Return the browser of a member of staff."""
    client.force_login(staff)
    return client


def change_page(user):
    return reverse("admin:users_user_change", args=[user.pk])


def test_list_shows_the_accounts(office, customer, other_customer):
    response = office.get(LIST)

    assert response.status_code == 200
    assert set(response.context["cl"].queryset) == {*User.objects.all()}
    assert customer.email in response.text
    assert other_customer.email in response.text


def test_list_can_be_searched_and_filtered(office, customer, other_customer):
    found = office.get(LIST, {"q": customer.username})
    inactive = office.get(LIST, {"is_active__exact": "0"})

    assert list(found.context["cl"].queryset) == [customer]
    assert list(inactive.context["cl"].queryset) == []


def test_account_is_added(office):
    assert office.get(ADD).status_code == 200

    response = office.post(ADD, NEW)

    user = User.objects.get(username="anna")
    assert response.status_code == 302
    assert response["Location"] == change_page(user)
    assert user.email == "anna@example.com"
    assert user.check_password("correct-horse-battery")
    assert not user.is_staff


@pytest.mark.parametrize(
    "taken",
    [{"username": "ANNA", "email": "new@example.com"}, {"username": "new", "email": "ANNA@example.com"}],
)
def test_name_or_address_that_is_taken_is_told_in_the_form(office, make_user, taken):
    make_user(username="anna", email="anna@example.com")
    before = User.objects.count()

    response = office.post(ADD, {**NEW, **taken})

    assert response.status_code == 200
    assert response.context["adminform"].form.errors
    assert User.objects.count() == before


def test_account_is_changed(office, customer):
    response = send_form(
        office, change_page(customer), email="moved@example.com", first_name="Анна", is_active=None
    )

    assert response.status_code == 302
    customer.refresh_from_db()
    assert (customer.email, customer.first_name, customer.is_active) == ("moved@example.com", "Анна", False)
    assert customer.check_password("correct-horse-battery")


def test_password_is_changed_on_its_own_page(office, customer):
    address = reverse("admin:auth_user_password_change", args=[customer.pk])
    assert office.get(address).status_code == 200

    response = office.post(
        address,
        {
            "usable_password": "true",
            "password1": "another-horse-entirely",
            "password2": "another-horse-entirely",
        },
    )

    assert response.status_code == 302
    customer.refresh_from_db()
    assert customer.check_password("another-horse-entirely")


@pytest.mark.parametrize("name", ["customer", None])
def test_admin_is_closed_to_others(client, customer, name):
    if name:
        client.force_login(customer)

    response = client.get(LIST)

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("admin:login"))


def test_staff_log_in_with_name_and_password(client, staff):
    response = client.post(
        reverse("admin:login"),
        {"username": staff.username, "password": "correct-horse-battery", "next": LIST},
    )

    assert response.status_code == 302
    assert response["Location"] == LIST
