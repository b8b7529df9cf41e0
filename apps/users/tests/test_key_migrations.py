"""Accounts of the release before get their keys by migrations, unless some cannot be told apart."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.users.models import User

WITHOUT_KEYS = ("users", "0009_keys_of_accounts")
WITH_FOLDED_ADDRESSES = ("users", "0015_known_erasures")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def old_users(request) -> Iterator[Any]:
    """Go back to an older release, and give its model of users; all migrations are applied in the end."""
    release = getattr(request, "param", WITHOUT_KEYS)
    executor = MigrationExecutor(connection)
    executor.migrate([release])
    users = executor.loader.project_state([release]).apps.get_model("users", "User")._base_manager
    yield users
    users.all().delete()
    migrate()


def migrate() -> None:
    call_command("migrate", "users", verbosity=0, interactive=False)


def test_rows_are_brought_into_their_normal_form(old_users):
    rows = [
        ("Anna", "Anna@EXAMPLE.com"),
        ("borís", "boris@пример.рф"),
        ("shell", ""),
        ("old", "root@localhost"),
        ("vera@example.com", "vera@other.example.com"),
    ]
    for username, email in rows:
        old_users.create(username=username, email=email, password="!")

    migrate()

    assert list(
        User.objects.order_by("pk").values_list("username", "email", "username_key", "email_key")
    ) == [
        ("Anna", "Anna@example.com", "anna", "anna@example.com"),
        ("borís", "boris@xn--e1afmkfd.xn--p1ai", "borís", "boris@xn--e1afmkfd.xn--p1ai"),
        ("shell", "", "shell", None),
        ("old", "root@localhost", "old", "root@localhost"),
        ("vera@example.com", "vera@other.example.com", "vera@example.com", "vera@other.example.com"),
    ]


def test_all_that_collide_are_told_at_once_and_nothing_is_changed_until_people_have_decided(old_users):
    rows = [
        ("Иван", "n@example.com"),
        ("иван\N{HANGUL FILLER}", "ivan@example.com"),
        ("olga", "n@ｅxample.com"),
        ("vera", "n@exam\N{SOFT HYPHEN}ple.com"),
        ("Straße", "mike@example.com"),
        ("STRASSE", "mıke@example.com"),
    ]
    made = [old_users.create(username=username, email=email, password="!") for username, email in rows]
    ivan, ivan_too, olga, vera, street, street_too = (row.pk for row in made)

    with pytest.raises(CommandError) as told:
        migrate()

    assert str(told.value).splitlines()[1:-2] == [
        f"users.User.username: {street}, {street_too}",
        f"users.User.username: {ivan}, {ivan_too}",
        f"users.User.email: {ivan}, {olga}, {vera}",
    ]
    assert list(old_users.order_by("pk").values_list("username", "email", "username_key")) == [
        (*row, None) for row in rows
    ]

    old_users.filter(pk=ivan_too).update(username="иван2")
    old_users.filter(pk=street_too).update(username="street")
    old_users.filter(pk__in=[olga, vera]).update(email="")
    migrate()

    assert User.objects.with_email("N@example.com").get().pk == ivan
    assert User.objects.named("ИВАН2").get().pk == ivan_too


@pytest.mark.parametrize("old_users", [WITH_FOLDED_ADDRESSES], indirect=True)
def test_username_that_is_an_address_gets_the_key_of_its_mailbox(old_users):
    folded = {"u@straße.de": "u@strasse.de", "n@пример.рф": "n@пример.рф", "Straße": "strasse"}
    for username, key in folded.items():
        old_users.create(username=username, username_key=key, password="!")
    twin = old_users.create(username="n@xn--e1afmkfd.xn--p1ai", username_key="n@xn--e1afmkfd.xn--p1ai")

    with pytest.raises(CommandError, match=rf"users.User.username: \d+, {twin.pk}\n"):
        migrate()
    assert set(old_users.values_list("username_key", flat=True)) == {*folded.values(), twin.username_key}

    twin.delete()
    migrate()

    assert set(User.objects.values_list("username", "username_key")) == {
        ("u@straße.de", "u@xn--strae-oqa.de"),
        ("n@пример.рф", "n@xn--e1afmkfd.xn--p1ai"),
        ("Straße", "strasse"),
    }
    assert not User.objects.named("u@strasse.de").exists()
