"""Logging in with a name or an e-mail address."""

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher, PBKDF2PasswordHasher
from django.test.client import MULTIPART_CONTENT
from rest_framework.test import APIClient

from apps.core.tests.answers import problem, problem_of, refusal_of
from apps.core.tests.threads import at_once, rounds
from apps.users.models import User
from apps.users.tokens import StoreAccessToken

URL = "/api/v1/auth/login/"
PASSWORD = "correct-horse-battery"
PBKDF2 = "django.contrib.auth.hashers.PBKDF2PasswordHasher"
REFUSED = problem(401, "invalid_credentials", "Wrong username or password.")

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(make_user):
    return make_user(username="Anna", email="Anna.Petrova@example.com", password=PASSWORD)


@pytest.mark.parametrize(
    "name", ["Anna", "anna", "ANNA", " Anna ", "Anna.Petrova@example.com", "ANNA.PETROVA@EXAMPLE.COM"]
)
def test_pair_is_given_for_name_or_address_whatever_its_case(api, anna, name):
    response = api.post(URL, {"username": name, "password": PASSWORD})

    assert response.status_code == 200
    assert sorted(response.json()) == ["access", "refresh"]
    call = api.get("/api/v1/orders/", HTTP_AUTHORIZATION=f"Bearer {response.json()['access']}")
    assert call.status_code == 200


def test_name_of_another_alphabet_logs_in(api, make_user):
    make_user(username="Анна", password=PASSWORD)

    response = api.post(URL, {"username": "Анна", "password": PASSWORD})

    assert response.status_code == 200


def test_name_that_was_registered_in_other_characters_of_the_same_meaning_logs_in(api):
    wide = "ａｎｎａ"  # the same letters as an East Asian keyboard types them
    account = {"username": wide, "email": "anna@example.com", "password": PASSWORD}
    assert api.post("/api/v1/auth/register/", account).status_code == 201

    response = api.post(URL, {"username": wide, "password": PASSWORD})

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("nobody", PASSWORD),
        ("nobody@example.com", PASSWORD),
        ("Anna", "wrong-horse-battery"),
        ("Anna", PASSWORD.upper()),
        ("Anna", f" {PASSWORD}"),
        ("Anna.Petrova@example.com", "wrong-horse-battery"),
        ("Ann_", PASSWORD),
        ("Ann%", PASSWORD),
        ("inactive", PASSWORD),
        ("inactive@example.com", PASSWORD),
        ("passwordless", PASSWORD),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(api, anna, make_user, name, password):
    make_user(username="inactive", email="inactive@example.com", password=PASSWORD, is_active=False)
    make_user(username="passwordless", password=None)

    response = api.post(URL, {"username": name, "password": password}, headers={"accept-language": "en"})

    assert problem_of(response) == REFUSED
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'


def test_account_without_an_address_is_not_found_by_an_empty_one(api, make_user):
    make_user(username="shell", email="", password=PASSWORD)

    response = api.post(URL, {"username": "", "password": PASSWORD})

    assert refusal_of(response) == (400, "validation_error", [("blank", "/username")])


def test_name_that_is_the_address_of_another_hides_nobody(api, anna, make_user):
    make_user(username="anna.petrova@example.com", email="eve@example.com", password="eves-own-password")

    response = api.post(URL, {"username": "Anna.Petrova@example.com", "password": PASSWORD})

    assert response.status_code == 200
    call = api.post("/api/v1/auth/refresh/", {"refresh": response.json()["refresh"]})
    assert call.status_code == 200
    assert owner_of(response.json()["access"]) == anna


def test_address_never_logs_in_to_the_account_that_has_it_as_a_username(api, anna, make_user):
    eve = make_user(
        username="anna.petrova@example.com", email="eve@example.com", password="eves-own-password"
    )

    response = api.post(URL, {"username": "anna.petrova@example.com", "password": "eves-own-password"})

    assert refusal_of(response) == (401, "invalid_credentials", [])
    assert not eve.sessions.exists()
    own = api.post(URL, {"username": "eve@example.com", "password": "eves-own-password"})
    assert owner_of(own.json()["access"]) == eve


def test_username_that_looks_like_an_address_logs_in_while_nobody_has_that_address(api, make_user):
    olga = make_user(username="olga@example.com", email="olga.new@example.com", password=PASSWORD)

    response = api.post(URL, {"username": "Olga@example.com", "password": PASSWORD})

    assert owner_of(response.json()["access"]) == olga


@pytest.mark.parametrize("url", [URL, "/admin/login/"], ids=["api", "admin"])
@pytest.mark.parametrize(
    "name",
    ["Anna", "Anna.Petrova@example.com", "nobody", "nobody@example.com", "inactive", "taken-away", "empty"],
)
def test_login_hashes_one_password_whatever_is_found(client, anna, make_user, monkeypatch, url, name):
    make_user(username="anna.petrova@example.com", email="eve@example.com", password="eves-own-password")
    make_user(username="inactive", password=PASSWORD, is_active=False)
    make_user(username="taken-away", password=None)
    User.objects.filter(pk=make_user(username="empty").pk).update(password="")
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda self, *given: hashed.append(given) or encode(self, *given)
    )

    wrong = {"username": name, "password": "wrong-horse-battery"}
    response = client.post(url, wrong, content_type="application/json" if url == URL else MULTIPART_CONTENT)

    assert response.status_code == (401 if url == URL else 200)
    assert len(hashed) == 1


def test_each_login_gives_another_pair(api, anna):
    first = api.post(URL, {"username": "Anna", "password": PASSWORD}).json()
    second = api.post(URL, {"username": "Anna", "password": PASSWORD}).json()

    assert first["refresh"] != second["refresh"]


@pytest.mark.parametrize("field", ["username", "password"])
@pytest.mark.parametrize(
    ("value", "code"),
    [(None, "null"), ("", "blank"), (True, "invalid"), ([1], "invalid"), ("a" * 255, "max_length")],
)
def test_field_that_holds_no_such_text_is_refused(api, field, value, code):
    response = api.post(URL, {"username": "Anna", "password": PASSWORD, field: value})

    assert refusal_of(response) == (400, "validation_error", [(code, f"/{field}")])


def test_an_old_token_does_not_keep_anybody_from_logging_in(api, anna):
    response = api.post(
        URL, {"username": "Anna", "password": PASSWORD}, HTTP_AUTHORIZATION="Bearer expired-long-ago"
    )

    assert response.status_code == 200


@pytest.mark.django_db(transaction=True)
def test_logins_at_once_that_all_renew_the_hash_of_the_password_succeed(make_user, settings):
    settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, PBKDF2]
    former = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1)
    for number in rounds(5):
        anna = make_user(username=f"Anna{number}", password=PASSWORD)
        User.objects.filter(pk=anna.pk).update(password=former)
        body = {"username": anna.username, "password": PASSWORD}

        answers = at_once(4, lambda _hand, body=body: APIClient().post(URL, body).status_code)

        assert answers == [200] * 4


def owner_of(access):
    """Return the user whom the token names."""
    return User.objects.get(pk=StoreAccessToken(access)["user_id"])
