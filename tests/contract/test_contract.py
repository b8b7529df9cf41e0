"""A response that the schema does not describe fails the test that got it; the message says what to add."""

import json
from typing import Any

import pytest

from apps.core.api.problems.handlers import problem_body
from tests.contract.checker import contract

URL = "/api/v1/categories/"
HEADERS = {
    "Cache-Control": "public, no-cache",
    "Content-Language": "en",
    "Content-Type": "application/json",
    "Cache-Status": "OnlineStore; hit",
    "ETag": '"1"',
    "Vary": "Accept",
    "X-Request-ID": "1",
}
PROBLEM = {
    **{name: HEADERS[name] for name in ("Content-Language", "Vary", "X-Request-ID")},
    "Cache-Control": "no-store",
    "Content-Type": "application/problem+json",
}
PAGE = {"count": 0, "next": None, "previous": None, "results": []}

pytestmark = pytest.mark.long


def without(name: str) -> dict[str, str]:
    return {header: value for header, value in HEADERS.items() if header != name}


def wrong(status: int, code: str, **members: Any) -> dict[str, Any]:
    return problem_body(status, code=code, detail="No.", **members)


def test_answer_as_described_passes():
    contract().check("GET", URL, 200, HEADERS, json.dumps(PAGE).encode())


@pytest.mark.parametrize(
    ("method", "path", "status", "headers", "body", "told"),
    [
        ("GET", URL, 418, HEADERS, PAGE, "listCategories .* answers 418, which the schema does not describe"),
        (
            "GET",
            URL,
            200,
            {**HEADERS, "X-Secret": "1"},
            PAGE,
            "headers that the schema does not describe: {'x-se",
        ),
        ("GET", URL, 200, without("ETag"), PAGE, "without headers that the schema promises: {'etag'}"),
        ("GET", URL, 200, {**HEADERS, "Content-Type": "text/html"}, PAGE, "200 is text/html"),
        ("GET", URL, 200, HEADERS, {**PAGE, "secret": 1}, "'secret' was unexpected"),
        (
            "GET",
            URL,
            200,
            HEADERS,
            {"count": 0, "next": None, "results": []},
            "'previous' is a required property",
        ),
        ("GET", URL, 200, HEADERS, {**PAGE, "count": "0"}, r"\$.count: '0' is not of type 'integer'"),
        ("GET", URL, 400, PROBLEM, wrong(400, "insufficient_stock"), "code insufficient_stock, .* @raises"),
        ("GET", URL, 400, PROBLEM, wrong(400, "bad_request", errors=[]), "'errors' was unexpected"),
        ("PUT", URL, 200, HEADERS, PAGE, "the schema does not know the method"),
        ("GET", "/api/v1/gifts/", 200, HEADERS, PAGE, "the schema does not know the address"),
        ("GET", "/api/v1/gifts/", 404, PROBLEM, wrong(404, "gone"), "the registry of problems lacks gone"),
        ("PUT", URL, 405, PROBLEM, wrong(405, "not_found"), "not_found instead of method_not_allowed"),
    ],
)
def test_answer_that_is_not_described_fails(
    method: str, path: str, status: int, headers: dict[str, str], body: dict[str, Any], told: str
):
    with pytest.raises(AssertionError, match=told):
        contract().check(method, path, status, headers, json.dumps(body).encode())


def test_fault_whose_code_is_not_listed_fails():
    faults = [{"code": "odd", "detail": "No.", "pointer": "/username"}]
    body = wrong(400, "validation_error", errors=faults)

    with pytest.raises(AssertionError, match=r"add {'odd'} to the codes"):
        contract().check("POST", "/api/v1/auth/login/", 400, PROBLEM, json.dumps(body).encode())


def test_moment_without_its_zone_fails():
    category = {
        "id": 1,
        "name": "Tea",
        "slug": "tea",
        "description": "",
        "parent": None,
        "tax_class": None,
        "is_active": True,
        "created_at": "2026-11-24T09:30:00Z",
        "updated_at": "2026-11-24T09:30:00",
    }

    with pytest.raises(AssertionError, match="updated_at"):
        contract().check("GET", f"{URL}1/", 200, HEADERS, json.dumps(category).encode())
