"""While the database is down, the API answers 503 with `Retry-After`."""

from contextlib import contextmanager

import pytest
from django.db import InterfaceError, OperationalError, connection

from apps.core.tests.answers import problem, problem_of

pytestmark = pytest.mark.django_db


@contextmanager
def no_answer_from_the_database(error):
    def refuse(execute, sql, params, many, context):
        raise error("connection refused by 10.0.0.7")

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("get", "/api/v1/products/", None),
        ("get", "/api/v1/categories/1/", None),
        ("post", "/api/v1/auth/login/", {"username": "olga", "password": "correct-horse-battery"}),
        (
            "post",
            "/api/v1/auth/register/",
            {"username": "olga", "email": "olga@example.com", "password": "correct-horse-battery"},
        ),
    ],
)
def test_call_answers_503_with_the_time_to_come_back(api, error, method, address, body):
    with no_answer_from_the_database(error):
        response = getattr(api, method)(address, body, HTTP_ACCEPT_LANGUAGE="en")

    assert problem_of(response) == problem(
        503, "unavailable", "The store is temporarily unavailable. Try again."
    )
    assert response["Retry-After"] == "5"


def test_token_cannot_be_checked_meanwhile(customer_api):
    with no_answer_from_the_database(OperationalError):
        response = customer_api.get("/api/v1/products/", HTTP_ACCEPT_LANGUAGE="en")

    assert problem_of(response) == problem(
        503, "unavailable", "The store is temporarily unavailable. Try again."
    )
    assert response["Retry-After"] == "5"


def test_answer_that_the_cache_has_is_given_meanwhile(api):
    fresh = api.get("/api/v1/products/")

    with no_answer_from_the_database(OperationalError):
        response = api.get("/api/v1/products/")

    assert response.status_code == 200
    assert response.content == fresh.content


def test_outage_is_not_kept_in_the_cache(api):
    with no_answer_from_the_database(OperationalError):
        api.get("/api/v1/products/")

    response = api.get("/api/v1/products/")

    assert response.status_code == 200
    assert response.json() == {
        "count": 0,
        "next": None,
        "previous": None,
        "search_widened": False,
        "did_you_mean": None,
        "results": [],
    }


def test_store_is_up_but_not_ready_meanwhile(api):
    with no_answer_from_the_database(OperationalError):
        alive = api.get("/healthz")
        ready = api.get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert ready.status_code == 503
    assert ready.json()["status"] == "unavailable"
    assert ready.json()["database"] == "unavailable"
    assert ready.json()["cache"] == "ok"
