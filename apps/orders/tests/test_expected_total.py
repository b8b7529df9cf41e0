"""An order at another total than the customer was shown is refused, with the old and the new prices."""

import pytest
from rest_framework.test import APIClient

from apps.catalog.models import Product
from apps.catalog.services import update_product
from apps.catalog.tests.factories import make_product
from apps.core.tests.answers import problem, problem_of
from apps.orders.models import Order

URL = "/api/v1/orders/"

pytestmark = pytest.mark.django_db


def order(client: APIClient, lines: dict[Product, int], **more: object):
    items = [{"product_id": product.pk, "quantity": quantity} for product, quantity in lines.items()]
    return client.post(URL, {"items": items, **more}, headers={"accept-language": "en"})


def test_order_at_the_expected_total_is_placed(customer_api: APIClient):
    mug = make_product(price="2.50")

    response = order(customer_api, {mug: 2}, expected_total="5.00")

    assert (response.status_code, response.json()["total_price"]) == (201, "5.00")


def test_order_at_another_total_is_refused_with_each_changed_price(customer_api: APIClient):
    mug, lamp, cup = make_product(price="2.50"), make_product(price="10.00"), make_product(price="1.00")
    quoted = customer_api.post(
        f"{URL}quote/", {"items": [{"product_id": pk, "quantity": 2} for pk in (mug.pk, lamp.pk, cup.pk)]}
    ).json()["total_price"]
    for product, price in ((mug, "2.60"), (cup, "0.75"), (mug, "3.00"), (make_product(), "7.00")):
        update_product(product.pk, price=price)

    response = order(customer_api, {mug: 2, lamp: 2, cup: 2}, expected_total=quoted)

    assert problem_of(response) == problem(
        409,
        "price_changed",
        "Prices have changed. Check the new total and order again.",
        expected_total="27.00",
        total_price="27.50",
        currency="RUB",
        details=[
            {"product_id": mug.pk, "old_price": "2.50", "new_price": "3.00"},
            {"product_id": cup.pk, "old_price": "1.00", "new_price": "0.75"},
        ],
        parts={
            "items": {"old": "27.00", "new": "27.50"},
            "discount": {"old": "0.00", "new": "0.00"},
            "delivery": {"old": "0.00", "new": "0.00"},
            "tax": {"old": "0.00", "new": "0.00"},
        },
    )


def test_total_that_never_was_is_told_without_old_prices(customer_api: APIClient):
    mug = make_product(price="2.50")

    response = order(customer_api, {mug: 2}, expected_total="4.99")

    assert (response.status_code, response.json()["code"]) == (409, "price_changed")
    assert response.json()["details"] == [{"product_id": mug.pk, "old_price": None, "new_price": "2.50"}]
    assert response.json()["parts"] == {
        "items": {"old": None, "new": "5.00"},
        "discount": {"old": None, "new": "0.00"},
        "delivery": {"old": None, "new": "0.00"},
        "tax": {"old": None, "new": "0.00"},
    }


def test_refused_order_changes_nothing(customer_api: APIClient):
    mug = make_product(price="2.50", stock=5)

    order(customer_api, {mug: 2}, expected_total="1.00")

    mug.refresh_from_db()
    assert mug.stock == 5
    assert not Order.objects.exists()


@pytest.mark.parametrize("total", ["-1.00", "5.001", True, "NaN", {}, "1e3"])
def test_total_that_is_no_money_is_refused(customer_api: APIClient, total: object):
    response = order(customer_api, {make_product(): 1}, expected_total=total)

    assert response.status_code == 400
    assert [fault["pointer"] for fault in response.json()["errors"]] == ["/expected_total"]
