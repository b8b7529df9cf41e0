"""Opening an account."""

import pytest
from django.db import connection

from apps.core.tests.answers import problem, problem_of, refusal_of
from apps.users.models import User

URL = "/api/v1/auth/register/"
ANNA = {"username": "anna", "email": "anna@example.com", "password": "correct-horse-battery"}

pytestmark = pytest.mark.django_db


def test_account_is_opened(api):
    response = api.post(URL, ANNA)

    user = User.objects.get()
    assert response.status_code == 201
    assert response.json() == {"id": user.pk, "username": "anna", "email": "anna@example.com"}
    assert (user.username, user.email) == ("anna", "anna@example.com")
    assert user.check_password(ANNA["password"])
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)


def test_new_customer_can_log_in(api):
    api.post(URL, ANNA)

    response = api.post("/api/v1/auth/login/", {"username": ANNA["username"], "password": ANNA["password"]})

    assert response.status_code == 200


@pytest.mark.parametrize("name", ["Анна-Мария", "a.b+c_d", "名前", "x", "a" * 150])
def test_name_may_have_letters_of_any_alphabet(api, name):
    response = api.post(URL, {**ANNA, "username": name})

    assert response.status_code == 201
    assert response.json()["username"] == name


def test_spaces_around_name_and_address_are_taken_off_but_not_those_of_the_password(api):
    response = api.post(
        URL, {"username": " anna ", "email": " anna@example.com ", "password": " correct horse "}
    )

    assert response.status_code == 201
    assert User.objects.get(username="anna", email="anna@example.com").check_password(" correct horse ")


def test_domain_of_the_address_is_kept_in_lower_case(api):
    response = api.post(URL, {**ANNA, "email": "Anna@EXAMPLE.Com"})

    assert response.json()["email"] == "Anna@example.com"


@pytest.mark.parametrize("email", ["anna@example.com", "ANNA@example.com", "Anna@Example.COM"])
def test_address_that_is_taken_is_refused_whatever_its_case(api, make_user, email):
    make_user(username="first", email="Anna@example.com")

    response = api.post(URL, {**ANNA, "email": email}, headers={"accept-language": "en"})

    assert problem_of(response) == problem(
        400,
        "validation_error",
        "Some values in the request are invalid.",
        errors=[
            {
                "code": "email_taken",
                "detail": "A user with that e-mail address already exists.",
                "pointer": "/email",
            }
        ],
    )
    assert list(User.objects.values_list("username", flat=True)) == ["first"]


@pytest.mark.parametrize("username", ["anna", "ANNA", "Anna"])
def test_name_that_is_taken_is_refused_whatever_its_case(api, make_user, username):
    make_user(username="Anna")

    response = api.post(URL, {**ANNA, "username": username})

    assert refusal_of(response) == (400, "validation_error", [("username_taken", "/username")])
    assert User.objects.count() == 1


def test_name_and_address_that_are_both_taken_are_both_named(api, make_user):
    make_user(username="anna", email="anna@example.com")

    response = api.post(URL, ANNA)

    assert refusal_of(response) == (
        400,
        "validation_error",
        [("username_taken", "/username"), ("email_taken", "/email")],
    )
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("k7#Qz!", ["password_too_short"]),
        ("1048576999", ["password_entirely_numeric"]),
        ("password1", ["password_too_common"]),
        ("anna@example.com", ["password_too_similar"]),
        ("1234567", ["password_too_short", "password_too_common", "password_entirely_numeric"]),
    ],
)
def test_weak_password_is_refused(api, password, codes):
    response = api.post(URL, {**ANNA, "password": password})

    assert refusal_of(response) == (400, "validation_error", [(code, "/password") for code in codes])
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "email", ["anna", "anna@", "@example.com", "anna@example", "a b@example.com", "a@b..c"]
)
def test_what_is_no_address_is_refused(api, email):
    response = api.post(URL, {**ANNA, "email": email})

    assert refusal_of(response) == (400, "validation_error", [("invalid", "/email")])
    assert not User.objects.exists()


def test_several_recipients_are_no_address(api):
    response = api.post(URL, {**ANNA, "email": "anna@example.com,eve@example.com"})

    assert refusal_of(response) == (400, "validation_error", [("invalid", "/email")])
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["two words", "semi;colon", "<b>anna</b>", "анна!"])
def test_name_with_other_signs_is_refused(api, name):
    response = api.post(URL, {**ANNA, "username": name})

    assert refusal_of(response) == (400, "validation_error", [("invalid", "/username")])
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("field", "length"), [("username", 151), ("password", 129)], ids=["username", "password"]
)
def test_text_that_is_too_long_is_refused(api, field, length):
    response = api.post(URL, {**ANNA, field: "a7" * (length // 2) + "b" * (length % 2)})

    assert refusal_of(response) == (400, "validation_error", [("max_length", f"/{field}")])
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["\ufdfa", "\ufdfa" * 150], ids=["one sign", "as many as are allowed"])
def test_name_that_is_no_name_once_it_is_normalised_is_refused(api, name):
    response = api.post(URL, {**ANNA, "username": name})

    status, code, errors = refusal_of(response)
    assert (status, code) == (400, "validation_error")
    assert {pointer for _code, pointer in errors} == {"/username"}
    assert not User.objects.exists()


@pytest.mark.parametrize("field", ["username", "email", "password"])
@pytest.mark.parametrize(
    ("value", "code"), [(None, "null"), ("", "blank"), (True, "invalid"), (["a"], "invalid")]
)
def test_field_that_holds_no_text_is_refused(api, field, value, code):
    response = api.post(URL, {**ANNA, field: value})

    assert refusal_of(response) == (400, "validation_error", [(code, f"/{field}")])
    assert not User.objects.exists()


def test_nobody_makes_themselves_staff(api):
    made_up = {
        "id": 7000,
        "is_staff": True,
        "is_superuser": True,
        "is_active": False,
        "groups": [1],
        "date_joined": "2001-01-01T00:00:00Z",
    }

    response = api.post(URL, {**ANNA, **made_up})

    unknown = [("unknown_member", f"/{name}") for name in made_up]
    assert refusal_of(response) == (400, "validation_error", unknown)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("rival", "error"),
    [
        ({"username": "ANNA", "email": "other@example.com"}, ("username_taken", "/username")),
        ({"username": "other", "email": "ANNA@example.com"}, ("email_taken", "/email")),
    ],
    ids=["same name", "same address"],
)
def test_who_registers_a_moment_later_is_told_what_is_taken(api, make_user, rival, error):
    rivals = [rival]

    def rival_first(execute, sql, params, many, context):
        if sql.startswith("SAVEPOINT") and rivals:  # the checks are done, and the account is about to be kept
            make_user(**rivals.pop())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(rival_first):
        response = api.post(URL, ANNA)

    assert not rivals
    assert refusal_of(response) == (400, "validation_error", [error])
    assert list(User.objects.values_list("username", flat=True)) == [rival["username"]]


def test_an_invalid_token_does_not_keep_anybody_from_registering(api):
    response = api.post(URL, ANNA, HTTP_AUTHORIZATION="Bearer garbage")

    assert response.status_code == 201
