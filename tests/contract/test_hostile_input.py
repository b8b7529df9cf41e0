"""Bad input gets its 4xx problem, and nothing is stored."""

import json

import pytest
from rest_framework.test import APIClient

from apps.catalog.models import Category, Product, StockMovement
from apps.catalog.tests.factories import make_product
from apps.jobs.models import Job
from apps.orders.models import Order, OrderItem
from apps.orders.tests.factories import make_order
from apps.users.models import User
from tests.support.parameters import spread

HUGE = 10**30
ORDERS, PRODUCTS, CATEGORIES = "/api/v1/orders/", "/api/v1/products/", "/api/v1/categories/"
REGISTER, LOGIN, REFRESH = "/api/v1/auth/register/", "/api/v1/auth/login/", "/api/v1/auth/refresh/"
EVERY_BODY = [
    *[("POST", path) for path in (REGISTER, LOGIN, REFRESH, ORDERS, PRODUCTS, CATEGORIES)],
    *[(method, "/api/v1/auth/me/") for method in ("PATCH", "DELETE")],
    *[("POST", f"/api/v1/auth/password/{path}/") for path in ("change", "reset", "reset/confirm")],
    *[("POST", f"/api/v1/auth/email/{path}/") for path in ("change", "verify")],
    *[(method, f"{PRODUCTS}{{product}}/") for method in ("PUT", "PATCH")],
    *[(method, f"{CATEGORIES}{{category}}/") for method in ("PUT", "PATCH")],
    ("POST", "/api/v1/admin/products/{product}/stock-movements/"),
    ("PATCH", f"{ORDERS}{{order}}/"),
    ("POST", f"{ORDERS}{{order}}/payments/"),
    *[("POST", f"/api/v1/admin/orders/{{order}}/{path}/") for path in ("payments", "refunds")],
    *[("POST", f"/api/v1/admin/refunds/{{refund}}/{path}/") for path in ("confirm", "fail")],
]
OTHER_TYPES = ["text/plain", "application/xml", "multipart/form-data; boundary=x"]
RAW_BODIES = {
    "no JSON": (b"{", 400, "parse_error"),
    "a list": (b"[]", 400, "parse_error"),
    "a number": (b"1", 400, "parse_error"),
    "a text": (b'"x"', 400, "parse_error"),
    "null": (b"null", 400, "parse_error"),
    "invalid UTF-8": (b'{"name": "\xff\xfe"}', 400, "parse_error"),
    "NaN": (b'{"price": NaN}', 400, "parse_error"),
    "a number of 5000 digits": (b'{"price": ' + b"9" * 5000 + b"}", 400, "parse_error"),
    "10,000 nested lists": (b'{"items": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", 400, "parse_error"),
    "10,000 nested objects": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400, "parse_error"),
    "33 levels": (b'{"items": ' + b"[" * 32 + b"]" * 32 + b"}", 400, "parse_error"),
    "10 MB": (b'{"name": "' + b"x" * 10_000_000 + b'"}', 413, "body_too_large"),
}


@pytest.mark.parametrize(("call", "body"), spread(EVERY_BODY, list(RAW_BODIES)))
def test_unreadable_body_is_refused_everywhere(
    staff_api: APIClient, customer: User, call: tuple[str, str], body: str
):
    method, path = call
    content, status, code = RAW_BODIES[body]
    address = existing(path, customer)
    before = everything()

    response = staff_api.generic(
        method, address, content, content_type="application/json", headers={"Idempotency-Key": "one"}
    )

    assert_problem(response, status, code)
    assert everything() == before


@pytest.mark.parametrize(("call", "content_type"), spread(EVERY_BODY, OTHER_TYPES))
def test_body_that_is_no_json_is_refused_everywhere(
    staff_api: APIClient, customer: User, call: tuple[str, str], content_type: str
):
    method, path = call
    address = existing(path, customer)
    before = everything()

    response = staff_api.generic(
        method, address, b"x=1", content_type=content_type, headers={"Idempotency-Key": "one"}
    )

    assert_problem(response, 415, "unsupported_media_type")
    assert everything() == before


WRONG_IDS = [0, -1, HUGE, 2**63, True, "1", 1.0, 1.5, None, [], {}, "\0", "٣"]
WRONG_NUMBERS = [0, -1, 10_001, HUGE, 2**31 - 1, True, False, "1", 1.0, 1.5, None, [], {}, "٣"]
WRONG_ORDERS = {
    "no items": {},
    "items null": {"items": None},
    "items empty": {"items": []},
    "items an object": {"items": {"product_id": 1, "quantity": 1}},
    "items a text": {"items": "1"},
    "a line that is a list": {"items": [[]]},
    "a line that is a number": {"items": [1]},
    "a line without product": {"items": [{"quantity": 1}]},
    "a line without quantity": {"items": [{"product_id": 1}]},
    "2,001 lines": {"items": [{"product_id": 1, "quantity": 1}] * 2001},
    **{f"product {wrong!r}": {"items": [{"product_id": wrong, "quantity": 1}]} for wrong in WRONG_IDS},
    **{f"quantity {wrong!r}": {"items": [{"product_id": 1, "quantity": wrong}]} for wrong in WRONG_NUMBERS},
}


@pytest.mark.parametrize("order", WRONG_ORDERS)
def test_wrong_order_is_refused(customer_api: APIClient, order: str):
    make_product()
    before = everything()

    response = customer_api.post(ORDERS, WRONG_ORDERS[order])

    assert_problem(response, 400, "validation_error")
    assert all(error["pointer"].startswith("/items") for error in response.json()["errors"])
    assert everything() == before


def test_wrong_lines_by_the_thousand_get_a_short_answer(customer_api: APIClient):
    lines = [{"product_id": -1, "quantity": "x"}] * 2000

    response = customer_api.post(ORDERS, {"items": lines})

    assert_problem(response, 400, "validation_error")
    assert len(response.content) < 20_000


TEXTS = ["\0", "a\0b", "\ud800", 1, True, None, [], {}, "x" * 100_000]
PRICES = [
    "-0.01",
    "NaN",
    "Infinity",
    "1e400",
    "0.001",
    "100000000.00",
    "٣",
    "x",
    "",
    True,
    None,
    [],
    {},
    HUGE,
]
WRONG_PRODUCTS = [
    *[("name", wrong) for wrong in [*TEXTS, "", "   "]],
    *[("sku", wrong) for wrong in [*TEXTS, "", "   "]],
    *[("description", wrong) for wrong in TEXTS],
    *[("slug", wrong) for wrong in ["а", "a b", "", "\0", "x" * 281, 1, 1.5, None, []]],
    *[("price", wrong) for wrong in PRICES],
    *[("category", wrong) for wrong in [*WRONG_IDS, 10**9]],
    *[("stock", wrong) for wrong in [-1, 2**31, HUGE, True, "1", 1.5, None, []]],
    *[("is_active", wrong) for wrong in [1, 0, "true", None, [], "yes"]],
]


@pytest.mark.parametrize(("field", "wrong"), WRONG_PRODUCTS)
def test_wrong_product_is_refused(staff_api: APIClient, field: str, wrong: object):
    category_id = make_product().category_id
    good = {"name": "Mug", "sku": "MUG", "price": "1.00", "category": category_id}
    before = everything()

    response = post_json(staff_api, PRODUCTS, {**good, field: wrong})

    assert_problem(response, 400, "validation_error")
    assert {error["pointer"] for error in response.json()["errors"]} == {f"/{field}"}
    assert everything() == before


@pytest.mark.parametrize("delta", [0, True, "1", 1.5, None, [], HUGE, -HUGE, 2**31])
def test_wrong_stock_movement_is_refused(staff_api: APIClient, delta: object):
    product = make_product()
    before = everything()

    response = staff_api.post(
        f"/api/v1/admin/products/{product.pk}/stock-movements/", {"delta": delta, "reason": "count"}
    )

    assert_problem(response, 400, "validation_error")
    assert everything() == before


@pytest.mark.parametrize("field", ["username", "password"])
@pytest.mark.parametrize("wrong", TEXTS)
def test_wrong_login_is_refused(db: None, api: APIClient, field: str, wrong: object):
    response = post_json(api, LOGIN, {"username": "anna", "password": "secret", field: wrong})

    assert_problem(response, 400, "validation_error")


@pytest.mark.parametrize(
    "email", ["", "x", "a@b", "a@b\0.com", "a@x.com,b@x.com", "a@x.com\nBcc: b@x.com", 1, None, []]
)
def test_wrong_address_opens_no_account(db: None, api: APIClient, email: object):
    response = post_json(api, REGISTER, {"username": "anna", "email": email, "password": "sdkf87-sdfk"})

    assert_problem(response, 400, "validation_error")
    assert not User.objects.exists()


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\0", "é", "x" * 5000, "null"])
def test_garbage_for_a_token_is_refused(db: None, api: APIClient, token: str):
    response = api.get(ORDERS, headers={"Authorization": f"Bearer {token}"})

    assert response.status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        *[
            "search=%00",
            "search=" + "x" * 201,
            "page=x",
            "page=1.5",
            "page=-1",
            "page_size=0",
            "page_size=101",
        ],
        *["page_size=x", "price_min=x", "price_min=NaN", "price_max=1e400", "price_min=" + "9" * 60],
        *["in_stock=maybe", "is_active=2", "category=nope", "category=" + "9" * 40, "ordering=password"],
        *["ordering=name,secret", "ordering=%3F", "serch=tea", "name__startswith=x", "format=json"],
    ],
)
def test_wrong_query_is_refused_and_names_the_parameter(db: None, api: APIClient, query: str):
    response = api.get(f"{PRODUCTS}?{query}")

    assert_problem(response, 400, "invalid_query")
    assert [error["parameter"] for error in response.json()["errors"]] == [query.partition("=")[0]]


@pytest.mark.parametrize(
    "query",
    [
        "user=x",
        "user=0",
        f"user={HUGE}",
        "status=lost",
        "created_after=yesterday",
        "total_min=x",
        "search=%00",
    ],
)
def test_wrong_query_of_staff_is_refused(staff_api: APIClient, query: str):
    response = staff_api.get(f"/api/v1/admin/orders/?{query}")

    assert_problem(response, 400, "invalid_query")


@pytest.mark.parametrize("row_id", ["0", "-1", "x", "1.5", "9" * 18, "9" * 40, "%00", "٣", "1%20OR%201=1"])
@pytest.mark.parametrize("path", [PRODUCTS, CATEGORIES, ORDERS])
def test_row_that_cannot_be_is_not_there(customer_api: APIClient, path: str, row_id: str):
    response = customer_api.get(f"{path}{row_id}/")

    assert_problem(response, 404, "not_found")


def existing(path: str, owner: User) -> str:
    product = make_product()
    order, refund = make_order(owner).pk, "2b7cf1d4-0a5e-4f83-9b06-6d1a4e5c7f20"
    return path.format(product=product.pk, category=product.category_id, order=order, refund=refund)


def everything() -> list[list[tuple]]:
    """Return all that a request could have changed."""
    models = (User, Category, Product, StockMovement, Order, OrderItem, Job)
    return [list(model.objects.order_by("pk").values_list()) for model in models]


def post_json(client: APIClient, path: str, body: dict[str, object]):
    # Written here: the test client's own encoder would refuse a lone surrogate.
    return client.generic("POST", path, json.dumps(body), content_type="application/json")


def assert_problem(response, status: int, code: str) -> None:
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    body = response.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == response["X-Request-ID"]
