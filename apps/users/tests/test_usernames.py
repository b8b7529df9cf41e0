"""A username names its account and nobody else: no foreign address, nothing that the store says itself."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse
from django.utils.translation import override

from apps.audit.models import AuditEntry
from apps.core.tests.answers import refusal_of
from apps.users.models import User
from conftest import PASSWORD
from tests.support.email_tokens import address_token
from tests.support.html_forms import send_form

REGISTER, VERIFY = "/api/v1/auth/register/", "/api/v1/auth/email/verify/"
ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"

pytestmark = pytest.mark.django_db


def register(api, username, email="eve@example.com"):
    return api.post(REGISTER, {"username": username, "email": email, "password": PASSWORD})


@pytest.mark.parametrize(
    "username",
    [
        "victim@example.com",
        "VICTIM@Example.COM",
        "victim@ｅxample.com",
        "victim@пример.рф",
        "victim@shop",
        "@",
        "eve@example.com.evil.example",
    ],
)
def test_foreign_address_is_no_username(api, username):
    response = register(api, username)

    assert refusal_of(response) == (400, "validation_error", [("username_is_address", "/username")])
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("username", "email"),
    [
        ("eve@example.com", "eve@example.com"),
        ("Eve@Example.com", "eve@EXAMPLE.com"),
        ("eve@ｅxample.com", "eve@example.com"),
        ("eve@пример.рф", "eve@xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_own_address_is_a_username_in_any_spelling(api, username, email):
    assert register(api, username, email).status_code == 201

    login = {"username": email, "password": PASSWORD}
    assert api.post("/api/v1/auth/login/", login).status_code == 200


def test_username_that_is_an_address_keeps_nobody_from_another_mailbox(api):
    assert register(api, "u@straße.de", "u@straße.de").status_code == 201

    assert register(api, "u@strasse.de", "u@strasse.de").status_code == 201
    assert refusal_of(register(api, "u@xn--strae-oqa.de", "u@xn--strae-oqa.de"))[2] == [
        ("username_taken", "/username"),
        ("email_taken", "/email"),
    ]
    for address in ("u@straße.de", "u@strasse.de"):
        assert User.objects.by_login(address).username == address


@pytest.mark.parametrize(
    "username",
    [
        *("staff", "system", "guest", "Staff", "SYSTEM", "ｇｕｅｓｔ", " staff ", "ſtaff"),
        *("Staff.", "_staff_", "s.t.a.f.f", "ѕtaff", "s.t.а.f.f", "ɡuest", "ѕуѕтем", "ЅУЅТЕМ"),
        *("deleted-1", "Deleted_0123456789abcdef0123456789abcdef", "deIeted-1", "de1eted-1", "ԁеӏетеԁ-1"),
    ],
)
def test_what_the_store_says_itself_is_no_username(api, username):
    response = register(api, username)

    assert refusal_of(response) == (400, "validation_error", [("username_reserved", "/username")])
    assert not User.objects.exists()


@pytest.mark.parametrize("username", ["аdmin", "adмin", "anna.sуstem", "Αdmin", "admіn2000", "ոanna"])
def test_word_that_may_look_like_another_is_no_username(api, username):
    response = register(api, username)

    assert refusal_of(response) == (400, "validation_error", [("username_mixes_alphabets", "/username")])
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "username",
    [
        "Анна",
        "Анна2000",
        "anna_мск",
        "Анна.Smith",
        "Ёж-Й",
        "σοφία",
        "太郎ひらがなカナ",
        "한글",
        "user",
        "user-1",
        "user_0123456789ab",
        "username1",
        "staffan",
    ],
)
def test_name_in_any_alphabet_is_a_username(api, username):
    assert register(api, username).json()["username"] == username


def test_own_address_is_a_username_whatever_it_looks_like(api):
    assert register(api, "user-1@example.com", "user-1@example.com").status_code == 201


@pytest.mark.parametrize(
    "username",
    [
        "victim＠example.com",
        f"an{ZERO_WIDTH}na",
        "an na",
        "anna\N{SOFT HYPHEN}",
        "anna\N{BELL}",
        "a\N{COMBINING ACUTE ACCENT}b\u200d",
    ],
)
def test_character_that_no_username_has_is_refused(api, username):
    assert refusal_of(register(api, username)) == (400, "validation_error", [("invalid", "/username")])


def test_invisible_letters_are_taken_off(api):
    assert refusal_of(register(api, "\N{HANGUL FILLER}" * 3))[2] == [("blank", "/username")]
    assert register(api, "anna\N{HANGUL FILLER}").json()["username"] == "anna"
    taken = register(api, "a\N{HALFWIDTH HANGUL FILLER}nna", "other@example.com")
    assert refusal_of(taken)[2] == [("username_taken", "/username")]


# --- Who makes accounts by hand


@pytest.mark.parametrize(
    ("username", "email", "sentence"),
    [
        ("victim@example.com", "root@example.com", "A username containing @ must be the account"),
        ("system", "root@example.com", "This username is reserved."),
        ("root", "root@localhost", "Enter a valid email address."),
    ],
)
def test_superuser_of_the_command_line_is_no_exception(username, email, sentence):
    with override("en"), pytest.raises(CommandError, match=sentence):
        call_command("createsuperuser", username=username, email=email, interactive=False, verbosity=0)

    assert not User.objects.exists()


def test_superuser_of_the_command_line_may_have_no_address_or_be_called_by_it():
    call_command("createsuperuser", username="root", email="", interactive=False, verbosity=0)
    own = {"username": "olga@example.com", "email": "Olga@EXAMPLE.com"}
    call_command("createsuperuser", **own, interactive=False, verbosity=0)

    assert list(User.objects.order_by("pk").values_list("username", "email")) == [
        ("root", ""),
        ("olga@example.com", "Olga@example.com"),
    ]


def post_form(client, address, fields):
    return client.post(address, fields, headers={"accept-language": "en"})


def test_form_of_a_new_account_refuses_the_same(client, staff):
    client.force_login(staff)
    new = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    add = reverse("admin:users_user_add")

    foreign = post_form(client, add, {**new, "username": "victim@example.com", "email": "eve@example.com"})
    reserved = post_form(client, add, {**new, "username": "Guest", "email": "u@localhost"})

    with override("en"):
        assert foreign.context["adminform"].form.errors == {
            "username": ["A username containing @ must be the account's own e-mail address."]
        }
        assert reserved.context["adminform"].form.errors == {
            "username": ["This username is reserved."],
            "email": ["Enter a valid email address."],
        }
    assert User.objects.get() == staff


@pytest.fixture
def change(client, staff):
    """Return a function that changes an account in the admin, and returns the errors of the form."""
    client.force_login(staff)

    def post(user, **fields):
        response = send_form(client, reverse("admin:users_user_change", args=[user.pk]), **fields)
        return response.context["adminform"].form.errors if response.status_code == 200 else {}

    return post


def test_account_of_before_is_left_alone_until_its_name_or_address_is_changed(make_user, change):
    old = make_user(username="victim@example.com", email="eve@example.com")
    older = make_user(username="staff", email="root@localhost")

    assert change(old, first_name="Eve") == {}
    assert change(older, is_active="") == {}
    assert change(old, username="other@example.com").keys() == {"username"}
    assert change(older, email="mıke@example.com").keys() == {"email"}
    assert change(older, username="guest").keys() == {"username"}

    assert User.objects.filter(first_name="Eve", username="victim@example.com").exists()
    assert User.objects.filter(username="staff", is_active=False, email="root@localhost").exists()


def test_staff_who_change_an_address_have_to_change_the_username_that_it_was(make_user, change):
    olga = make_user(username="olga@example.com", email="olga@example.com")

    assert change(olga, email="olga@moved.example.com").keys() == {"username"}
    assert User.objects.get(pk=olga.pk).email == "olga@example.com"

    both = {"username": "olga@moved.example.com", "email": "olga@moved.example.com"}
    assert change(olga, **both) == {}
    assert User.objects.get(pk=olga.pk).username == "olga@moved.example.com"


# --- Who moves to another address


def moved(api, user, email):
    User.objects.filter(pk=user.pk).update(new_email=email)
    user.refresh_from_db()
    response = api.post(VERIFY, {"token": address_token(user, email)})
    user.refresh_from_db()
    return response.status_code


def test_username_that_was_the_address_moves_along(api, make_user):
    olga = make_user(username="Olga@Example.com", email="olga@example.com")

    assert moved(api, olga, "olga@moved.example.com") == 204

    assert (olga.username, olga.email) == ("olga@moved.example.com", "olga@moved.example.com")
    changes = AuditEntry.objects.about(olga).first().changes
    assert changes["username"] == ["Olga@Example.com", "olga@moved.example.com"]
    assert register(api, "olga@example.com", "olga@example.com").status_code == 201


@pytest.mark.parametrize(
    "email", ["o'brien@example.com", f"{'o' * 64}@{'.'.join(['x' * 60] * 2)}.com", "taken@example.com"]
)
def test_username_is_a_neutral_one_where_the_new_address_cannot_be_it(api, make_user, email):
    olga = make_user(username="olga@example.com", email="olga@example.com")
    make_user(username="taken@example.com", email="other@example.com")

    assert moved(api, olga, email) == 204

    assert olga.email == email
    assert olga.username.startswith("user-")


def test_neutral_username_stays_when_staff_change_the_address(make_user, change):
    olga = make_user(username="user-0123456789ab", email="olga@example.com")

    assert change(olga, email="olga@moved.example.com") == {}


def test_other_username_stays_when_the_address_changes(api, make_user):
    olga = make_user(username="olga", email="olga@example.com")

    assert moved(api, olga, "olga@moved.example.com") == 204

    assert olga.username == "olga"


def test_rules_hold_wherever_an_account_is_checked():
    with pytest.raises(ValidationError) as refused:
        User(username="Ｓystem", email="root@localhost", password="!").full_clean()

    assert refused.value.message_dict.keys() == {"username", "email"}
