"""Database constraints of accounts, whoever writes."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from apps.core.tests.threads import at_once
from apps.users.models import User

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


@pytest.mark.parametrize("email", ["anna@example.com", "ANNA@example.com", "Anna@example.com"])
def test_address_is_unique_whatever_its_case(email):
    User.objects.create(username="anna", email="anna@example.com")

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="other", email=email)

    assert list(User.objects.values_list("username", flat=True)) == ["anna"]


@pytest.mark.parametrize("username", ["anna", "ANNA", "Anna"])
def test_name_is_unique_whatever_its_case(username):
    User.objects.create(username="anna", email="anna@example.com")

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username=username, email="other@example.com")

    assert list(User.objects.values_list("email", flat=True)) == ["anna@example.com"]


def test_address_cannot_become_that_of_another():
    User.objects.create(username="anna", email="anna@example.com")
    User.objects.create(username="boris", email="boris@example.com")

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(username="boris").update(email="ANNA@example.com")

    assert User.objects.get(username="boris").email == "boris@example.com"


def test_address_that_only_resembles_another_is_another():
    User.objects.create(username="anna", email="a.b@example.com")

    User.objects.create(username="boris", email="a_b@example.com")
    User.objects.create(username="vera", email="a%@example.com")

    assert User.objects.with_email("A_B@example.com").get().username == "boris"
    assert User.objects.with_email("a%@example.com").get().username == "vera"


def test_command_line_makes_accounts_without_an_address(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "correct-horse-battery")

    for name in ("first", "second"):
        call_command("createsuperuser", username=name, email="", interactive=False, verbosity=0)

    assert list(User.objects.order_by("pk").values_list("username", "email", "is_superuser")) == [
        ("first", "", True),
        ("second", "", True),
    ]


def test_nobody_is_found_by_an_empty_address():
    User.objects.create(username="shell", email="")

    assert not User.objects.with_email("").exists()


def test_forms_tell_what_is_taken():
    User.objects.create(username="anna", email="anna@example.com")
    second = User(username="ANNA", email="ANNA@example.com", password="x")

    with pytest.raises(ValidationError) as refused:
        second.full_clean()

    assert len(refused.value.messages) == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_of_many_who_register_one_address_at_the_same_time_gets_it():
    def register(hand):
        name = f"anna{hand}"
        account = {"username": name, "email": "anna@example.com", "password": "correct-horse-battery"}
        return APIClient().post("/api/v1/auth/register/", account).status_code

    statuses = at_once(8, register)

    assert sorted(statuses) == [201, *[400] * 7]
    assert User.objects.count() == 1
