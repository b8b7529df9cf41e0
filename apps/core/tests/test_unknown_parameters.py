"""A query parameter that an address does not know is refused: a misspelt filter never returns everything."""

import pytest

from apps.core.tests.answers import problem, problem_of, refusal_of

CALLS = [
    ("get", "/api/v1/categories/"),
    ("post", "/api/v1/categories/"),
    ("get", "/api/v1/categories/1/"),
    ("put", "/api/v1/categories/1/"),
    ("patch", "/api/v1/categories/1/"),
    ("delete", "/api/v1/categories/1/"),
    ("get", "/api/v1/products/"),
    ("post", "/api/v1/products/"),
    ("get", "/api/v1/products/1/"),
    ("put", "/api/v1/products/1/"),
    ("patch", "/api/v1/products/1/"),
    ("delete", "/api/v1/products/1/"),
    ("post", "/api/v1/admin/products/1/stock-movements/"),
    ("get", "/api/v1/orders/"),
    ("post", "/api/v1/orders/"),
    ("get", "/api/v1/orders/1/"),
    ("patch", "/api/v1/orders/1/"),
    ("get", "/api/v1/orders/1/invoice/"),
    ("get", "/api/v1/orders/1/jobs/"),
    ("get", "/api/v1/admin/orders/"),
    ("post", "/api/v1/auth/register/"),
    ("post", "/api/v1/auth/login/"),
    ("post", "/api/v1/auth/refresh/"),
    ("post", "/api/v1/auth/logout/"),
    ("post", "/api/v1/auth/logout-all/"),
    ("get", "/api/v1/auth/sessions/"),
    ("delete", "/api/v1/auth/sessions/00000000-0000-0000-0000-000000000000/"),
    ("get", "/api/v1/auth/me/"),
    ("patch", "/api/v1/auth/me/"),
    ("delete", "/api/v1/auth/me/"),
    ("post", "/api/v1/auth/password/change/"),
    ("post", "/api/v1/auth/password/reset/"),
    ("post", "/api/v1/auth/password/reset/confirm/"),
    ("post", "/api/v1/auth/email/verify/"),
    ("post", "/api/v1/auth/email/verify/resend/"),
    ("post", "/api/v1/auth/email/change/"),
]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("method", "address"), CALLS)
def test_unknown_parameter_is_refused_and_named(staff_api, method, address):
    response = getattr(staff_api, method)(f"{address}?serch=tea", headers={"accept-language": "en"})

    assert problem_of(response) == problem(
        400,
        "invalid_query",
        "Some query parameters are unknown or invalid.",
        errors=[{"code": "unknown_parameter", "detail": "Unknown parameter.", "parameter": "serch"}],
    )


@pytest.mark.parametrize(
    ("method", "address"),
    [("put", "/api/v1/orders/"), ("post", "/api/v1/orders/1/"), ("options", "/api/v1/orders/")],
)
def test_method_that_an_address_does_not_take_is_refused_before_its_parameters(staff_api, method, address):
    response = getattr(staff_api, method)(f"{address}?serch=tea")

    assert refusal_of(response) == (405, "method_not_allowed", [])


def test_every_unknown_parameter_is_named(api):
    response = api.get("/api/v1/products/?serch=tea&search=tea&prise_min=1&Page=2")

    assert refusal_of(response) == (
        400,
        "invalid_query",
        [("unknown_parameter", "Page"), ("unknown_parameter", "prise_min"), ("unknown_parameter", "serch")],
    )


def test_unknown_parameter_without_a_value_is_refused_too(api):
    response = api.get("/api/v1/products/?serch=")

    assert refusal_of(response) == (400, "invalid_query", [("unknown_parameter", "serch")])


@pytest.mark.parametrize("parameter", ["page", "page_size", "search", "ordering", "hard"])
def test_details_know_no_parameters_of_lists(api, parameter):
    response = api.get(f"/api/v1/products/1/?{parameter}=1")

    assert refusal_of(response) == (400, "invalid_query", [("unknown_parameter", parameter)])


@pytest.mark.parametrize("method", ["get", "put", "patch"])
def test_only_deletion_knows_hard(staff_api, method):
    response = getattr(staff_api, method)("/api/v1/categories/1/?hard=true")

    assert refusal_of(response) == (400, "invalid_query", [("unknown_parameter", "hard")])


def test_who_may_not_call_is_told_that_first(api):
    response = api.post("/api/v1/products/?serch=tea")

    assert refusal_of(response) == (401, "not_authenticated", [])


def test_errors_of_a_query_can_be_in_russian(api):
    response = api.get("/api/v1/products/?serch=tea")

    assert response.json()["errors"][0]["detail"] == "Неизвестный параметр."
