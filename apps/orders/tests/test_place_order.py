"""A customer places an order."""

from datetime import UTC, datetime

import pytest
import time_machine
from rest_framework.test import APIClient

from apps.catalog.models import Category, Product, StockMovement
from apps.catalog.tests.factories import make_category, make_product, make_products
from apps.core.tests.answers import on_the_wire, refusal_of
from apps.jobs.models import Job
from apps.orders.models import Order, OrderItem, StatusChange
from apps.users.models import User

URL = "/api/v1/orders/"
ENGLISH = {"Accept-Language": "en"}

pytestmark = pytest.mark.embedded


def test_placed_order_is_answered_whole(customer_api: APIClient, customer: User):
    mug = make_product(name="Кружка", sku="MUG", price="450.50", stock=10)
    lamp = make_product(name="Лампа", sku="LAMP", price="1999.99", stock=3)
    moment = datetime.now(UTC)

    with time_machine.travel(moment, tick=False):
        response = customer_api.post(URL, {"items": [item(mug, 2), item(lamp, 3)]})

    order = Order.objects.get()
    mugs, lamps = order.items.all()
    shown_moment = on_the_wire(moment)
    assert response.status_code == 201
    assert response["Location"] == f"http://testserver/api/v1/orders/{order.pk}/"
    assert response["Content-Type"] == "application/json"
    assert response.json() == {
        "id": order.pk,
        "status": "pending",
        "total_price": "6900.97",
        "currency": "RUB",
        "items": [
            {
                "id": mugs.pk,
                "product_id": mug.pk,
                "product_name": "Кружка",
                "sku": "MUG",
                "quantity": 2,
                "price": "450.50",
                "total": "901.00",
            },
            {
                "id": lamps.pk,
                "product_id": lamp.pk,
                "product_name": "Лампа",
                "sku": "LAMP",
                "quantity": 3,
                "price": "1999.99",
                "total": "5999.97",
            },
        ],
        "history": [
            {
                "from_status": None,
                "to_status": "pending",
                "changed_by": customer.username,
                "comment": "",
                "created_at": shown_moment,
            }
        ],
        "allowed_statuses": ["cancelled"],
        "tracking_number": None,
        "invoice_url": f"http://testserver/api/v1/orders/{order.pk}/invoice/",
        "created_at": shown_moment,
        "updated_at": shown_moment,
    }


def test_placed_order_stands_at_its_location(customer_api: APIClient):
    placed = customer_api.post(URL, {"items": [item(make_product(), 1)]})

    shown = customer_api.get(placed["Location"])

    assert shown.status_code == 200
    assert shown.json() == placed.json()


def test_staff_who_buy_see_their_own_name_and_every_move(staff_api: APIClient, staff: User):
    response = staff_api.post(URL, {"items": [item(make_product(), 1)]})

    assert response.status_code == 201
    assert response.json()["user"] == {"id": staff.pk, "username": staff.username, "email": staff.email}
    assert response.json()["allowed_statuses"] == ["processing", "cancelled"]


def test_order_takes_its_pieces_out_of_stock_and_leaves_the_rest(customer_api: APIClient):
    mug, lamp, untouched = make_product(stock=5), make_product(stock=3), make_product(stock=7)

    response = customer_api.post(URL, {"items": [item(mug, 2), item(lamp, 3)]})

    assert response.status_code == 201
    assert stock_of(mug, lamp, untouched) == [3, 0, 7]


def test_order_brings_its_jobs_along(customer_api: APIClient):
    response = customer_api.post(
        URL, {"items": [item(make_product(), 1)]}, headers={"X-Request-ID": "basket-7"}
    )

    order_id = response.json()["id"]
    jobs = Job.objects.order_by("pk").values_list(
        "kind", "key", "subject", "arguments", "request_id", "status", "attempts"
    )
    assert list(jobs) == [
        (kind, f"{kind}:{order_id}", f"order:{order_id}", {"order_id": order_id}, "basket-7", "pending", 0)
        for kind in ("invoice", "confirmation_email")
    ]


@pytest.mark.parametrize(
    ("asked", "kept"), [("ru", "ru"), ("en", "en"), ("de", "ru"), ("en-GB,ru;q=0.5", "en")]
)
def test_order_remembers_the_language_of_its_request(customer_api: APIClient, asked: str, kept: str):
    customer_api.post(URL, {"items": [item(make_product(), 1)]}, headers={"Accept-Language": asked})

    assert Order.objects.get().language == kept


def test_order_keeps_name_sku_and_price_of_its_day(customer_api: APIClient, staff_api: APIClient):
    mug = make_product(name="Кружка", sku="MUG", price="450.50")
    placed = customer_api.post(URL, {"items": [item(mug, 2)]}).json()

    changed = staff_api.patch(
        f"/api/v1/products/{mug.pk}/", {"name": "Чашка", "sku": "CUP", "price": "999.00"}
    )
    gone = staff_api.delete(f"/api/v1/products/{mug.pk}/")
    shown = customer_api.get(f"{URL}{placed['id']}/").json()

    assert (changed.status_code, gone.status_code) == (200, 204)
    assert shown == placed
    assert [(item["product_name"], item["sku"], item["price"]) for item in shown["items"]] == [
        ("Кружка", "MUG", "450.50")
    ]
    assert shown["total_price"] == "901.00"


def test_same_product_on_several_lines_is_added_up(customer_api: APIClient):
    mug, lamp = make_product(stock=10, price="1.10"), make_product(stock=10, price="2.00")

    response = customer_api.post(URL, {"items": [item(mug, 1), item(lamp, 4), item(mug, 5)]})

    assert response.status_code == 201
    items = [(item["product_id"], item["quantity"], item["total"]) for item in response.json()["items"]]
    assert items == [(mug.pk, 6, "6.60"), (lamp.pk, 4, "8.00")]
    assert response.json()["total_price"] == "14.60"
    assert stock_of(mug, lamp) == [4, 6]


def test_total_is_the_sum_of_the_lines_to_the_last_copeck(customer_api: APIClient):
    prices = {"0.10": 3, "0.20": 1, "19.99": 7, "0.01": 9999, "0.00": 5}
    items = [item(make_product(price=price, stock=10_000), quantity) for price, quantity in prices.items()]

    response = customer_api.post(URL, {"items": items})

    assert [item["total"] for item in response.json()["items"]] == ["0.30", "0.20", "139.93", "99.99", "0.00"]
    assert response.json()["total_price"] == "240.42"


def test_largest_total_is_kept_exactly(customer_api: APIClient):
    dear = make_products(10, price="99999999.99", stock=10_000)

    response = customer_api.post(URL, {"items": [item(product, 10_000) for product in dear]})

    assert response.status_code == 201
    assert response.json()["total_price"] == "9999999999000.00"


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


def test_order_of_two_thousand_lines_is_accepted(customer_api: APIClient):
    products = make_products(2000, price="1.00")

    response = customer_api.post(URL, {"items": [item(product, 1) for product in products]})

    assert response.status_code == 201
    assert response.json()["total_price"] == "2000.00"
    assert [item["product_id"] for item in response.json()["items"]] == [product.pk for product in products]


def test_ten_thousand_pieces_on_two_lines_are_accepted(customer_api: APIClient):
    mug = make_product(stock=10_000)

    response = customer_api.post(URL, {"items": [item(mug, 6000), item(mug, 4000)]})

    assert response.status_code == 201
    assert stock_of(mug) == [0]


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


def item(product: Product, quantity: int) -> dict[str, int]:
    return {"product_id": product.pk, "quantity": quantity}


def stock_of(*products: Product) -> list[int]:
    stock = dict(Product.objects.values_list("pk", "stock"))
    return [stock[product.pk] for product in products]


def everything() -> list[list[tuple]]:
    models = (User, Category, Product, StockMovement, Order, OrderItem, StatusChange, Job)
    return [list(model.objects.order_by("pk").values_list()) for model in models]
