"""Orders that are refused, of which nothing is stored."""

import pytest
from rest_framework.test import APIClient

from apps.catalog.models import Category, Product, StockMovement
from apps.catalog.tests.factories import make_category, make_product, make_products
from apps.core.tests.answers import refusal_of
from apps.jobs.models import Job
from apps.orders.models import Order, OrderItem, StatusChange
from apps.orders.tests.order_bodies import item, stock_of
from apps.users.models import User

URL = "/api/v1/orders/"
ENGLISH = {"Accept-Language": "en"}
pytestmark = pytest.mark.embedded


def test_prices_and_all_else_that_the_client_makes_up_are_refused(
    customer_api: APIClient, other_customer: User
):
    mug = make_product(name="Mug", sku="MUG", price="450.50")
    made_up = {"price": "0.01", "total": "0.01", "sku": "X", "product_name": "X", "id": 7}
    also_made_up = {
        "total_price": "0.01",
        "user": other_customer.pk,
        "status": "delivered",
        "currency": "XXX",
        "tracking_number": "X",
        "created_at": "2001-01-01T00:00:00Z",
    }

    response = customer_api.post(URL, {"items": [{**item(mug, 2), **made_up}], **also_made_up})

    of_the_line = [("unknown_member", f"/items/0/{name}") for name in made_up]
    of_the_order = [("unknown_member", f"/{name}") for name in also_made_up]
    assert refusal_of(response) == (400, "validation_error", [*of_the_line, *of_the_order])
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("language", "message"), [({}, "Недостаточно товара на складе"), (ENGLISH, "Not enough stock.")]
)
def test_every_shortage_is_listed_and_nothing_is_stored(
    customer_api: APIClient, language: dict[str, str], message: str
):
    mug, lamp, chair = make_product(stock=5), make_product(stock=1), make_product(stock=0)
    before = everything()

    response = customer_api.post(
        URL, {"items": [item(chair, 1), item(mug, 2), item(lamp, 3)]}, headers=language
    )

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "stock": message,
        "details": [
            {"product_id": chair.pk, "available": 0, "requested": 1},
            {"product_id": lamp.pk, "available": 1, "requested": 3},
        ],
        "type": "/api/problems/insufficient_stock/",
        "title": "Bad Request" if language else "Некорректный запрос",
        "status": 400,
        "detail": message,
        "code": "insufficient_stock",
        "request_id": response["X-Request-ID"],
    }
    assert everything() == before


def test_lines_of_one_product_fall_short_together(customer_api: APIClient):
    mug = make_product(stock=5)
    before = everything()

    response = customer_api.post(URL, {"items": [item(mug, 3), item(mug, 3)]})

    assert response.status_code == 400
    assert response.json()["details"] == [{"product_id": mug.pk, "available": 5, "requested": 6}]
    assert everything() == before


@pytest.mark.parametrize(
    ("language", "message"), [({}, "Товара нет в продаже."), (ENGLISH, "A product is not available.")]
)
def test_every_line_that_is_not_on_sale_is_pointed_at(
    customer_api: APIClient, language: dict[str, str], message: str
):
    hidden = make_category(is_active=False)
    mug = make_product()
    inactive = make_product(is_active=False)
    in_hidden_category = make_product(category=hidden)
    far_below_hidden_category = make_product(category=make_category(parent=make_category(parent=hidden)))
    unknown = {"product_id": far_below_hidden_category.pk + 1000, "quantity": 1}
    lines = [
        item(mug, 1),
        item(inactive, 1),
        item(in_hidden_category, 1),
        item(mug, 2),
        item(far_below_hidden_category, 1),
        unknown,
        {"product_id": 2**63 - 1, "quantity": 1},
        item(inactive, 2),
    ]
    before = everything()

    response = customer_api.post(URL, {"items": lines}, headers=language)

    assert response.status_code == 400
    assert response.json() == {
        "errors": [
            {"code": "product_unavailable", "detail": message, "pointer": f"/items/{place}/product_id"}
            for place in (1, 2, 4, 5, 6, 7)
        ],
        "type": "/api/problems/product_unavailable/",
        "title": "Bad Request" if language else "Некорректный запрос",
        "status": 400,
        "detail": message,
        "code": "product_unavailable",
        "request_id": response["X-Request-ID"],
    }
    assert everything() == before


def test_what_is_not_on_sale_is_told_before_stock_is_looked_at(customer_api: APIClient):
    short, inactive = make_product(stock=1), make_product(is_active=False, stock=0)
    before = everything()

    response = customer_api.post(URL, {"items": [item(short, 2), item(inactive, 1)]})

    assert response.status_code == 400
    assert response.json()["code"] == "product_unavailable"
    assert [error["pointer"] for error in response.json()["errors"]] == ["/items/1/product_id"]
    assert "details" not in response.json()
    assert everything() == before


def test_more_than_ten_thousand_pieces_on_several_lines_are_refused(customer_api: APIClient):
    mug = make_product(stock=20_000)
    before = everything()

    response = customer_api.post(URL, {"items": [item(mug, 6000), item(mug, 4001)]})

    assert (response.status_code, response.json()["code"]) == (400, "quantity_too_large")
    assert everything() == before


def test_total_beyond_what_can_be_counted_is_refused(customer_api: APIClient):
    dear = make_products(11, price="99999999.99", stock=10_000)
    before = everything()

    response = customer_api.post(URL, {"items": [item(product, 10_000) for product in dear]})

    assert (response.status_code, response.json()["code"]) == (400, "total_too_large")
    assert everything() == before


ONE = {"product_id": 1, "quantity": 1}
WRONG_BODIES = {
    "no items": ({}, [("required", "/items")]),
    "items null": ({"items": None}, [("null", "/items")]),
    "items empty": ({"items": []}, [("empty", "/items")]),
    "items an object": ({"items": ONE}, [("not_a_list", "/items")]),
    "2,001 lines": ({"items": [ONE] * 2001}, [("max_length", "/items")]),
    "an empty line": (
        {"items": [{}]},
        [("required", "/items/0/product_id"), ("required", "/items/0/quantity")],
    ),
    "no product": ({"items": [{"quantity": 1}]}, [("required", "/items/0/product_id")]),
    "no quantity": ({"items": [ONE, {"product_id": 1}]}, [("required", "/items/1/quantity")]),
    "product 0": ({"items": [{**ONE, "product_id": 0}]}, [("min_value", "/items/0/product_id")]),
    "product beyond 64 bit": (
        {"items": [ONE, {**ONE, "product_id": 2**63}, {**ONE, "product_id": 10**30}]},
        [("max_value", "/items/1/product_id"), ("max_value", "/items/2/product_id")],
    ),
    **{
        f"quantity {wrong!r}": ({"items": [ONE, {**ONE, "quantity": wrong}]}, [(code, "/items/1/quantity")])
        for wrong, code in [
            *[(0, "min_value"), (-1, "min_value"), (10_001, "max_value"), (10**12, "max_value")],
            *[(True, "invalid"), ("2", "invalid"), (1.5, "invalid"), (2.0, "invalid"), (None, "null")],
        ]
    },
}


@pytest.mark.parametrize("body", WRONG_BODIES)
def test_wrong_wish_is_refused_and_pointed_at(customer_api: APIClient, body: str):
    content, faults = WRONG_BODIES[body]
    make_product()
    before = everything()

    response = customer_api.post(URL, content)

    assert (response.status_code, response.json()["code"]) == (400, "validation_error")
    assert [(error["code"], error["pointer"]) for error in response.json()["errors"]] == faults
    assert everything() == before


def test_wrong_type_is_told_in_words_of_json(customer_api: APIClient, staff_api: APIClient):
    product = {"name": "Mug", "sku": "MUG", "price": "1.00"}
    answers = [
        customer_api.post(URL, {"items": ONE}, headers={"Accept-Language": "en"}),
        customer_api.post(URL, {"items": [1]}, headers={"Accept-Language": "en"}),
        staff_api.post(
            "/api/v1/products/", {**product, "category": "tea"}, headers={"Accept-Language": "en"}
        ),
        staff_api.post("/api/v1/products/", {**product, "category": 7}, headers={"Accept-Language": "en"}),
    ]

    assert [error["detail"] for answer in answers for error in answer.json()["errors"]] == [
        "Must be a list.",
        "Must be an object.",
        "Must be an id: an integer.",
        "There is no object with the id 7.",
    ]


def test_refused_order_can_be_placed_once_the_stock_is_there(customer_api: APIClient, staff_api: APIClient):
    mug = make_product(stock=1)
    refused = customer_api.post(URL, {"items": [item(mug, 2)]})
    staff_api.post(f"/api/v1/admin/products/{mug.pk}/stock-movements/", {"delta": 1, "reason": "delivery"})

    accepted = customer_api.post(URL, {"items": [item(mug, 2)]})

    assert (refused.status_code, accepted.status_code) == (400, 201)
    assert stock_of(mug) == [0]


def everything() -> list[list[tuple]]:
    models = (User, Category, Product, StockMovement, Order, OrderItem, StatusChange, Job)
    return [list(model.objects.order_by("pk").values_list()) for model in models]
