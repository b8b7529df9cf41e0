"""The keys of username and e-mail address follow them, whoever writes, and the database compares the keys."""

import json

import pytest
from django.core import serializers
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat

from apps.audit.models import AuditEntry
from apps.core.database.key_columns_refill import refresh_keys
from apps.jobs.maintenance import run_maintenance
from apps.users.models import User

pytestmark = pytest.mark.django_db

ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"


@pytest.fixture
def anna():
    return User.objects.create(username="Anna", email="Anna@example.com")


def keys_of(user):
    return tuple(User.objects.values_list("username_key", "email_key").get(pk=user.pk))


def saved(user):
    user.username, user.email = "Boris", "Boris@пример.рф"
    user.save()


def saved_by_field(user):
    user.username, user.email = "Boris", "Boris@пример.рф"
    user.save(update_fields=["username"])
    user.save(update_fields={"email"})


def updated(user):
    User.objects.filter(pk=user.pk).update(username="Boris")
    User.objects.filter(pk=user.pk).update(email="Boris@пример.рф")


def updated_by_an_expression(user):
    User.objects.filter(pk=user.pk).update(username=Concat(Value("Bo"), Value("ris")), first_name="B")
    User.objects.filter(pk=user.pk).update(email=Value("Boris@пример.рф"))


def updated_in_bulk(user):
    user.username, user.email = "Boris", "Boris@пример.рф"
    User.objects.bulk_update([user], ["username"])
    User.objects.bulk_update([user], ["email"])


def updated_or_created(user):
    User.objects.update_or_create(pk=user.pk, defaults={"username": "Boris", "email": "Boris@пример.рф"})


def loaded_from_a_fixture(user):
    row = {"username": "Boris", "email": "Boris@пример.рф", "password": "!"}
    fixture = json.dumps([{"model": "users.user", "pk": user.pk, "fields": row}])
    for found in serializers.deserialize("json", fixture):
        found.save()


@pytest.mark.parametrize(
    "write",
    [
        saved,
        saved_by_field,
        updated,
        updated_by_an_expression,
        updated_in_bulk,
        updated_or_created,
        loaded_from_a_fixture,
    ],
)
def test_keys_follow_whoever_writes(anna, write):
    assert keys_of(anna) == ("anna", "anna@example.com")

    write(anna)

    assert keys_of(anna) == ("boris", "boris@xn--e1afmkfd.xn--p1ai")


def test_keys_of_rows_that_are_inserted_in_bulk_are_there():
    User.objects.bulk_create([User(username="Anna", email="Anna@example.com"), User(username="Vera")])

    assert sorted(User.objects.values_list("username_key", "email_key")) == [
        ("anna", "anna@example.com"),
        ("vera", None),
    ]


def test_change_of_something_else_leaves_the_keys_alone(anna, django_assert_num_queries):
    with django_assert_num_queries(1) as queries:
        User.objects.filter(pk=anna.pk).update(first_name=F("username"))

    assert "_key" not in queries[0]["sql"]
    assert keys_of(anna) == ("anna", "anna@example.com")


@pytest.mark.parametrize("username", ["ANNA", "ａｎｎａ", f"an{ZERO_WIDTH}na", " anna "])
def test_database_refuses_a_username_in_another_spelling(anna, username):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username=username)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(username=username)])

    assert User.objects.get() == anna


@pytest.mark.parametrize(
    "email", ["ANNA@EXAMPLE.COM", "anna@ｅxample.com", "anna@exam\N{SOFT HYPHEN}ple.com", "anna@example.com."]
)
def test_database_refuses_a_mailbox_in_another_spelling(anna, email):
    boris = User.objects.create(username="Boris", email="boris@example.com")

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=boris.pk).update(email=email)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=boris.pk).update(email=Concat(Value(email), Value("")))

    assert keys_of(boris) == ("boris", "boris@example.com")


@pytest.mark.parametrize("name", ["İvan", "ivan", "ıvan"])
def test_name_means_the_same_on_every_database(name):
    User.objects.bulk_create(User(username=each) for each in ("İvan", "ivan", "ıvan"))

    assert User.objects.named(name).get().username == name
    assert User.objects.by_login(name).username == name


def test_superuser_cannot_be_made_with_a_name_that_another_has_in_another_spelling(anna):
    with pytest.raises(CommandError, match="taken"):
        call_command("createsuperuser", username="ＡＮＮＡ", email="", interactive=False, verbosity=0)

    assert User.objects.get() == anna


# --- What was written past the models


def written_by_the_release_before(user, **values):
    models.QuerySet(User).filter(pk=user.pk).update(**values)


def test_maintenance_gives_keys_to_what_was_written_without(anna, make_user):
    renamed = make_user()
    written_by_the_release_before(anna, username_key=None, email_key=None)
    written_by_the_release_before(renamed, username="Boris", email="b@пример.рф")

    run_maintenance()

    assert keys_of(anna) == ("anna", "anna@example.com")
    assert keys_of(renamed) == ("boris", "b@xn--e1afmkfd.xn--p1ai")
    renamed.refresh_from_db()
    assert renamed.email == "b@xn--e1afmkfd.xn--p1ai"
    assert refresh_keys() == 0


def test_what_collides_is_left_for_people_and_told(anna, make_user, caplog):
    rival, other = make_user(), make_user()
    for user in (rival, other):
        written_by_the_release_before(user, username=f"{user.username}A")
    written_by_the_release_before(rival, username="ANNA")
    kept = keys_of(rival)

    assert refresh_keys() == 1

    assert keys_of(other)[0] == other.username + "a"
    assert (keys_of(anna)[0], keys_of(rival)) == ("anna", kept)
    assert f"users.User {rival.pk} has the name or address of another row" in caplog.text
    assert "ANNA" not in caplog.text


def test_command_lists_who_cannot_be_told_apart(anna, make_user, capsys):
    twins = [make_user(), make_user()]
    call_command("check_keys")
    written_by_the_release_before(twins[0], username="ａnna")
    written_by_the_release_before(twins[1], username="anNa", email="anna@EXAMPLE.com")

    with pytest.raises(CommandError) as told:
        call_command("check_keys", refresh=True)

    assert capsys.readouterr().out == "No duplicates found.\n"
    assert str(told.value).splitlines()[1:3] == [
        f"users.User.username: {anna.pk}, {twins[0].pk}, {twins[1].pk}",
        f"users.User.email: {anna.pk}, {twins[1].pk}",
    ]
    assert keys_of(twins[0])[0] == twins[0].username


def test_command_refreshes_keys(anna, capsys):
    written_by_the_release_before(anna, username="Boris")

    call_command("check_keys", refresh=True)

    assert capsys.readouterr().out == "1 row refreshed.\nNo duplicates found.\n"
    assert keys_of(anna) == ("boris", "anna@example.com")
    assert not AuditEntry.objects.about(anna).filter(action="changed").exists()


def test_login_asks_the_database_once(anna, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert User.objects.by_login("ANNA@example.com") == anna
