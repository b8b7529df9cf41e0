"""A quote tells what an order would cost and everything in its way, and changes nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.catalog.models import Product, StockMovement
from apps.catalog.services import update_product
from apps.catalog.tests.factories import make_product, make_products
from apps.jobs.models import Job
from apps.orders.models import Order
from apps.orders.tests.order_bodies import plain_line, plain_price
from apps.store.configuration_cache import current_configuration

URL = "/api/v1/orders/quote/"
UNKNOWN = 10**15

pytestmark = pytest.mark.django_db


def basket(*lines: tuple[Product | int, int], **more: object) -> dict:
    ids = [(product if isinstance(product, int) else product.pk, quantity) for product, quantity in lines]
    return {"items": [{"product_id": pk, "quantity": quantity} for pk, quantity in ids], **more}


def english(client: APIClient, url: str, body: dict):
    return client.post(url, body, headers={"accept-language": "en"})


def test_quote_has_lines_and_total_and_stores_nothing(customer_api: APIClient):
    mug = make_product(price="2.50", stock=10, name="Mug", sku="MUG")
    lamp = make_product(price="10.00", stock=1, name="Lamp", sku="LAMP")
    before = StockMovement.objects.count()

    response = customer_api.post(URL, basket((mug, 2), (lamp, 1), (mug, 1)))

    assert response.status_code == 200
    assert response.json() == {
        "items": [
            {
                "product_id": mug.pk,
                "product_name": "Mug",
                "sku": "MUG",
                "quantity": 3,
                "price": "2.50",
                **plain_line("7.50", quoted=True),
            },
            {
                "product_id": lamp.pk,
                "product_name": "Lamp",
                "sku": "LAMP",
                "quantity": 1,
                "price": "10.00",
                **plain_line("10.00", quoted=True),
            },
        ],
        **plain_price("17.50", quoted=True),
        "weight_g": 2000,
        "weight_estimated": True,
        "delivery_options": [],
        "payment_methods": [
            {"code": "manual", "name": "По счёту", "terms": "invoice", "available": True, "reason": None}
        ],
        "notices": [],
        "problems": [],
    }
    assert response.headers["Cache-Control"] == "no-store"
    mug.refresh_from_db()
    assert mug.stock == 10
    assert (Order.objects.count(), Job.objects.count(), StockMovement.objects.count()) == (0, 0, before)


def test_every_problem_is_told_at_once(customer_api: APIClient):
    short, gone = make_product(stock=2, price="1.00"), make_product(is_active=False)

    response = english(customer_api, URL, basket((short, 5), (gone, 1), (UNKNOWN, 1), (gone, 2)))

    assert [line["product_id"] for line in response.json()["items"]] == [short.pk]
    assert response.json()["problems"] == [
        {
            "code": "product_unavailable",
            "detail": "A product is not available.",
            "errors": [
                {
                    "code": "product_unavailable",
                    "detail": "A product is not available.",
                    "pointer": f"/items/{position}/product_id",
                }
                for position in (1, 2, 3)
            ],
        },
        {
            "code": "insufficient_stock",
            "detail": "Not enough stock.",
            "stock": "Not enough stock.",
            "details": [{"product_id": short.pk, "available": 2, "requested": 5}],
        },
    ]


def test_other_total_is_a_problem_with_both_prices(customer_api: APIClient):
    mug, lamp = make_product(price="2.50"), make_product(price="10.00")
    update_product(mug.pk, price="3.00")

    response = english(customer_api, URL, basket((mug, 2), (lamp, 1), expected_total="15.00"))

    assert response.json()["total_price"] == "16.00"
    assert response.json()["problems"] == [
        {
            "code": "price_changed",
            "detail": "Prices have changed. Check the new total and order again.",
            "expected_total": "15.00",
            "total_price": "16.00",
            "currency": "RUB",
            "details": [{"product_id": mug.pk, "old_price": "2.50", "new_price": "3.00"}],
            "parts": {
                "items": {"old": "15.00", "new": "16.00"},
                "discount": {"old": "0.00", "new": "0.00"},
                "delivery": {"old": "0.00", "new": "0.00"},
                "tax": {"old": "0.00", "new": "0.00"},
            },
        }
    ]


def test_more_pieces_than_can_be_ordered_are_a_problem(customer_api: APIClient):
    mug = make_product(stock=20_000, price="1.00")

    response = customer_api.post(URL, basket((mug, 10_000), (mug, 1)))

    assert [problem["code"] for problem in response.json()["problems"]] == ["quantity_too_large"]


def test_total_beyond_counting_is_a_problem(customer_api: APIClient):
    rings = make_products(11, stock=10_000, price="99999999.99")

    response = customer_api.post(URL, basket(*((ring, 10_000) for ring in rings)))

    assert [problem["code"] for problem in response.json()["problems"]] == ["total_too_large"]


@pytest.mark.parametrize("body", [{}, {"items": []}, {"items": [{"product_id": 1, "quantity": 0}]}])
def test_body_that_is_no_order_is_refused(customer_api: APIClient, body: dict):
    response = customer_api.post(URL, body)

    assert (response.status_code, response.json()["code"]) == (400, "validation_error")


def test_quote_takes_as_many_queries_whatever_its_length(customer_api: APIClient):
    counts = []
    for number in (2, 100, 1103):
        body = basket(*((product, 1) for product in make_products(number)))
        current_configuration()
        with CaptureQueriesContext(connection) as queries:
            assert customer_api.post(URL, body).json()["problems"] == []
        counts.append(len(queries))

    assert counts == [2, 2, 2]
