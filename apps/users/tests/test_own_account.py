"""The own account: everybody can read it and correct their name."""

import pytest

from apps.core.tests.answers import on_the_wire, refusal_of
from apps.users.models import User

URL = "/api/v1/auth/me/"

pytestmark = pytest.mark.django_db


def shown(user: User, **values):
    return {
        "id": user.pk,
        "username": user.username,
        "email": user.email,
        "email_verified": False,
        "first_name": "",
        "last_name": "",
        "date_joined": on_the_wire(user.date_joined),
        **values,
    }


def test_account_is_shown_to_its_owner(customer, customer_api, other_customer, other_customer_api):
    response = customer_api.get(URL)

    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert response.json() == shown(customer)
    assert other_customer_api.get(URL).json() == shown(other_customer)


def test_names_are_changed_one_or_both(customer, customer_api):
    first = customer_api.patch(URL, {"first_name": "Анна", "last_name": "Петрова"})
    second = customer_api.patch(URL, {"last_name": ""})

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json() == shown(customer, first_name="Анна", last_name="Петрова")
    assert second.json() == customer_api.get(URL).json() == shown(customer, first_name="Анна")


def test_nothing_else_can_be_changed_there(customer, customer_api):
    before = User.objects.filter(pk=customer.pk).values().get()
    sent = {
        "id": 1,
        "username": "admin",
        "email": "new@example.com",
        "email_verified": True,
        "email_verified_at": "2030-01-01T00:00:00Z",
        "new_email": "new@example.com",
        "is_staff": True,
        "is_superuser": True,
        "is_active": False,
        "password": "x",
        "date_joined": "2000-01-01T00:00:00Z",
    }

    response = customer_api.patch(URL, sent)

    unknown = [("unknown_member", f"/{name}") for name in sent]
    assert refusal_of(response) == (400, "validation_error", unknown)
    assert User.objects.filter(pk=customer.pk).values().get() == before


@pytest.mark.parametrize(
    ("name", "code"),
    [("a" * 151, "max_length"), (None, "null"), (1, "invalid"), ("a\0", "null_characters_not_allowed")],
)
def test_name_that_cannot_be_stored_is_refused(customer, customer_api, name, code):
    response = customer_api.patch(URL, {"first_name": name})

    assert refusal_of(response) == (400, "validation_error", [(code, "/first_name")])
    customer.refresh_from_db()
    assert customer.first_name == ""
