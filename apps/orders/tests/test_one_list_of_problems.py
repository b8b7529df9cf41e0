"""Placing and quoting know the same reasons against an order, and tell them in the same order."""

from itertools import chain, combinations

import pytest
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_product, make_products
from apps.jobs.models import Job
from apps.orders.models import Order

ORDERS, QUOTE = "/api/v1/orders/", "/api/v1/orders/quote/"
UNKNOWN = 10**9
REASONS = (
    "email_unverified",
    "quantity_too_large",
    "product_unavailable",
    "insufficient_stock",
    "total_too_large",
    "price_changed",
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("chosen", [*chain(*(combinations(REASONS, size) for size in range(3))), REASONS])
def test_placing_is_refused_for_what_the_quote_tells_first(customer_api: APIClient, settings, chosen):
    has = {reason: reason in chosen for reason in REASONS}
    settings.ORDERS_NEED_VERIFIED_EMAIL = has["email_unverified"]
    quantities = {make_product(price="1.00", stock=20_000).pk: 10_000 + has["quantity_too_large"]}
    quantities |= {UNKNOWN: 1} if has["product_unavailable"] else {}
    quantities |= {make_product(price="1.00", stock=1).pk: 2} if has["insufficient_stock"] else {}
    if has["total_too_large"]:
        quantities |= {notify.pk: 10_000 for notify in make_products(11, stock=10_000, price="99999999.99")}
    items = [
        {"product_id": pk, "quantity": part}
        for pk, quantity in quantities.items()
        for part in (quantity // 2, quantity - quantity // 2)
        if part
    ]
    body = {"items": items} | ({"expected_total": "0.01"} if has["price_changed"] else {})

    problems = customer_api.post(QUOTE, body).json()["problems"]
    placed = customer_api.post(ORDERS, body)

    # Without one of the products, the total says nothing about prices.
    is_told = has | {"price_changed": has["price_changed"] and not has["product_unavailable"]}
    assert [problem["code"] for problem in problems] == [reason for reason in REASONS if is_told[reason]]
    if problems:
        assert placed.status_code in {400, 403, 409}
        members = {name: value for name, value in placed.json().items() if name in problems[0]}
        assert members == problems[0]
        assert (Order.objects.count(), Job.objects.count()) == (0, 0)
    else:
        assert placed.status_code == 201
