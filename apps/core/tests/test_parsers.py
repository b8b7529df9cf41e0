"""Bodies from strangers: read as JSON objects of a bounded size and depth, or refused with a 4xx."""

import json

import pytest
from django.contrib.auth import get_user_model

from apps.core.api.parsers import MAX_DEPTH
from apps.core.tests.answers import problem, problem_of, refusal_of

REGISTER = "/api/v1/auth/register/"
LIMIT = 512 * 1024  # bytes
ACCOUNT = {"username": "olga", "email": "olga@example.com", "password": "correct-horse-battery"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(api):
    """Return a function that posts a raw body to where accounts are opened."""
    api.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return lambda body, content_type="application/json": api.post(REGISTER, body, content_type=content_type)


def nested(depth):
    """Return an account in place of whose name are as many brackets as give the body so many levels."""
    return json.dumps(ACCOUNT).replace('"olga"', "[" * (depth - 1) + "]" * (depth - 1))


def padded(size):
    """Return an account whose body has the given number of bytes."""
    body = json.dumps(ACCOUNT)
    return body + " " * (size - len(body))


@pytest.mark.parametrize("body", ["[]", "[1, 2]", '"text"', "42", "true", "null"])
def test_body_must_be_an_object(post, body):
    response = post(body)

    assert problem_of(response) == problem(400, "parse_error", "The body must be a JSON object.")


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "{'username': 'olga'}",
        '{"username": "olga",}',
        '{"username": "olga"} and more',
        '\ufeff\ufeff{"username": "olga"}',
        b"\x00",
    ],
)
def test_malformed_json_is_refused(post, body):
    response = post(body)

    assert refusal_of(response) == (400, "parse_error", [])
    assert not get_user_model().objects.exists()


@pytest.mark.parametrize(
    ("body", "english", "russian"),
    [
        (
            b'{"username": NaN}',
            "`NaN` is not a valid JSON number.",
            "`NaN` — недопустимое число в JSON.",
        ),
        (
            b'{"a": [-Infinity]}',
            "`-Infinity` is not a valid JSON number.",
            "`-Infinity` — недопустимое число в JSON.",
        ),
        (
            b'{"username": ' + b"9" * 4301 + b"}",
            "A number in the body has too many digits.",
            "В одном из чисел запроса слишком много цифр.",
        ),
        (
            b'{"username": "\xff"}',
            "The body is not valid UTF-8: byte 15.",
            "Тело запроса не в кодировке UTF-8: байт 15.",
        ),
        (
            b'{"username": "\xed\xa0\x80"}',
            "The body is not valid UTF-8: byte 15.",
            "Тело запроса не в кодировке UTF-8: байт 15.",
        ),
        (
            b'{"a":' * 33 + b"1" + b"}" * 33,
            "The JSON is nested too deeply.",
            "Слишком глубокая вложенность JSON.",
        ),
        (
            b'{"username": "olga"\n]',
            "The body is not valid JSON: line 2, column 1.",
            "Некорректный JSON в теле запроса: строка 2, позиция 1.",
        ),
    ],
)
def test_reason_why_a_body_is_unreadable_is_told(api, body, english, russian):
    for language, reason in (("en", english), ("ru", russian)):
        headers = {"accept-language": language}
        response = api.post(REGISTER, body, content_type="application/json", headers=headers)

        assert problem_of(response) == problem(400, "parse_error", reason)
    assert not get_user_model().objects.exists()


def test_byte_order_mark_before_the_body_is_ignored(post):
    response = post(b"\xef\xbb\xbf" + json.dumps(ACCOUNT).encode())

    assert response.status_code == 201
    assert response.json()["username"] == "olga"


def test_number_of_four_thousand_digits_is_refused_by_its_field(post):
    response = post(json.dumps(ACCOUNT).replace('"olga"', "9" * 4300))

    assert refusal_of(response) == (400, "validation_error", [("invalid", "/username")])


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_ten_thousand_nested_brackets_are_refused(post, opening):
    response = post(opening * 10_000)

    # They are not closed either, and it depends on the release of Python which of both it finds first.
    assert refusal_of(response) == (400, "parse_error", [])


def test_ten_thousand_closed_brackets_are_refused(post):
    response = post(nested(10_000))

    assert problem_of(response) == problem(400, "parse_error", "The JSON is nested too deeply.")
    assert not get_user_model().objects.exists()


def test_body_of_thirty_three_levels_is_refused(post):
    response = post(nested(33))

    assert problem_of(response) == problem(400, "parse_error", "The JSON is nested too deeply.")
    assert not get_user_model().objects.exists()


def test_body_of_thirty_two_levels_is_read(post):
    response = post(nested(32))

    assert MAX_DEPTH == 32
    assert refusal_of(response) == (400, "validation_error", [("invalid", "/username")])


@pytest.mark.parametrize("raw", [b"\xff", b"\xd0", b"\xed\xa0\x80"], ids=["no UTF-8", "cut", "surrogate"])
def test_invalid_utf_8_is_refused(post, raw):
    response = post(json.dumps(ACCOUNT).encode().replace(b"olga", raw, 1))

    assert refusal_of(response) == (400, "parse_error", [])
    assert not get_user_model().objects.exists()


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "no-such-charset"])
def test_body_is_utf_8_whatever_charset_the_client_names(post, charset):
    body = json.dumps({**ACCOUNT, "username": "Ольга"}, ensure_ascii=False).encode()

    response = post(body, f"application/json; charset={charset}")

    assert response.status_code == 201
    assert response.json()["username"] == "Ольга"


def test_body_of_512_kb_is_read(post):
    response = post(padded(LIMIT))

    assert response.status_code == 201


@pytest.mark.parametrize("size", [LIMIT + 1, 10 * 1024 * 1024])
def test_larger_body_answers_413(post, size):
    response = post(padded(size))

    assert problem_of(response) == problem(413, "body_too_large", "The request body is too large.")
    assert not get_user_model().objects.exists()


def test_larger_body_answers_413_to_staff_and_stores_nothing(staff_api):
    response = staff_api.post(
        "/api/v1/categories/", '{"name": "Tea"' + " " * LIMIT + "}", content_type="application/json"
    )

    assert refusal_of(response) == (413, "body_too_large", [])
    assert staff_api.get("/api/v1/categories/").json()["count"] == 0


def test_no_body_at_all_lacks_every_field(api):
    response = api.post(REGISTER)

    assert refusal_of(response) == (
        400,
        "validation_error",
        [("required", "/username"), ("required", "/email"), ("required", "/password")],
    )


@pytest.mark.parametrize("text", ["nul \x00 inside", "lone surrogate \ud800"])
def test_texts_that_no_database_can_keep_are_refused(api, text):
    body = json.dumps({**ACCOUNT, "username": text})

    response = api.post(REGISTER, body, content_type="application/json")

    status, code, errors = refusal_of(response)
    assert (status, code) == (400, "validation_error")
    assert {pointer for _code, pointer in errors} == {"/username"}
    assert not get_user_model().objects.exists()
