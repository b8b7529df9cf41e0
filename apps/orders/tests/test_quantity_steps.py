"""Products that are sold from a least quantity on and in steps: what the lines of an order may add up to."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.core.tests.answers import refusal_of
from apps.orders.models import Order

ORDERS, QUOTE = "/api/v1/orders/", "/api/v1/orders/quote/"
ENGLISH = {"accept-language": "en"}

pytestmark = pytest.mark.django_db


def basket(*lines: tuple[Product, int]) -> dict[str, Any]:
    return {"items": [{"product_id": product.pk, "quantity": quantity} for product, quantity in lines]}


@pytest.mark.parametrize(
    ("least", "step", "quantity", "is_sold"),
    [
        (1, 1, 1, True),
        (1, 6, 6, True),
        (1, 6, 12, True),
        (1, 6, 7, False),
        (1, 6, 1, False),
        (5, 1, 4, False),
        (5, 1, 5, True),
        (5, 2, 5, False),
        (5, 2, 6, True),
        (4, 6, 6, True),
    ],
)
def test_quantity_is_the_least_or_more_and_a_multiple_of_the_step(
    customer_api: APIClient, least: int, step: int, quantity: int, is_sold: bool
):
    mug = make_product(stock=20, min_quantity=least, quantity_step=step)

    quoted = customer_api.post(QUOTE, basket((mug, quantity))).json()["problems"]
    placed = customer_api.post(ORDERS, basket((mug, quantity)))

    assert [problem["code"] for problem in quoted] == ([] if is_sold else ["quantity_step"])
    assert placed.status_code == (201 if is_sold else 400)
    mug.refresh_from_db()
    assert (mug.stock, Order.objects.count()) == ((20 - quantity, 1) if is_sold else (20, 0))


def test_every_line_of_the_product_is_pointed_at_with_what_it_is_sold_in(customer_api: APIClient):
    eggs, mug = make_product(min_quantity=10, quantity_step=5), make_product()
    body = basket((mug, 1), (eggs, 5), (eggs, 6))

    placed = customer_api.post(ORDERS, body, headers=ENGLISH)
    [told] = customer_api.post(QUOTE, body, headers=ENGLISH).json()["problems"]

    assert refusal_of(placed) == (
        400,
        "quantity_step",
        [("quantity_step", "/items/1/quantity"), ("quantity_step", "/items/2/quantity")],
    )
    assert placed.json()["errors"][0]["detail"] == "Order at least 10, in multiples of 5."
    assert told["errors"] == placed.json()["errors"]


def test_lines_of_one_product_are_added_up(customer_api: APIClient):
    eggs = make_product(min_quantity=10, quantity_step=5)

    assert customer_api.post(ORDERS, basket((eggs, 4), (eggs, 6))).status_code == 201


def test_basket_of_an_older_order_is_quoted_by_the_steps_of_today(customer_api: APIClient):
    mug = make_product()
    order = customer_api.post(ORDERS, basket((mug, 3))).json()["id"]
    Product.objects.update(quantity_step=2)

    again = customer_api.get(f"{ORDERS}{order}/basket/").json()
    quoted = customer_api.post(QUOTE, {"items": again["items"]}).json()

    assert again["items"] == basket((mug, 3))["items"]
    assert [problem["code"] for problem in quoted["problems"]] == ["quantity_step"]


def test_lines_are_called_as_the_customer_reads_them(customer_api: APIClient):
    mug = make_product(name="Кружка")
    mug.translations.create(language="en", name="Mug")
    plain = make_product(name="Чай")
    body = basket((mug, 1), (plain, 1))

    for headers, names in ((ENGLISH, ["Mug", "Чай"]), ({}, ["Кружка", "Чай"])):
        quoted = customer_api.post(QUOTE, body, headers=headers).json()
        placed = customer_api.post(ORDERS, body, headers=headers).json()
        assert [line["product_name"] for line in quoted["items"]] == names
        assert [line["product_name"] for line in placed["items"]] == names
