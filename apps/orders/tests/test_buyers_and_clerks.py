"""Buyers and stock clerks at the same products: the books are right, and no stock falls below zero.

STORE_TEST_CLERK_SECONDS=60 lets them work for a minute.
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.db.models import Min
from django.test import Client
from django.urls import reverse

from apps.catalog.exceptions import InsufficientStock
from apps.catalog.models import Product, StockMovement
from apps.catalog.tests.factories import make_products
from apps.core.tests.threads import at_once
from apps.orders.checkout import BasketLine, Checkout
from apps.orders.models import Order
from apps.orders.services import change_status, place_order
from apps.orders.statuses import OrderStatus
from apps.orders.stock_reconciliation import stock_differences
from apps.users.models import User
from tests.support.html_forms import form_with

BUYERS, CLERKS, PRODUCTS = 16, 4, 5
SECONDS = float(os.environ.get("STORE_TEST_CLERK_SECONDS", "5"))
STOCKTAKE = reverse("admin:catalog_product_stocktake")

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_sixteen_buyers_and_four_clerks_never_break_a_number(customer: User, make_user: Callable[..., User]):
    products = make_products(PRODUCTS, stock=100)
    clerks = [make_user(is_staff=True, is_superuser=True) for _clerk in range(CLERKS)]
    end = time.monotonic() + SECONDS

    def work(hand: int) -> Counter[str]:
        chance, done = random.Random(hand), Counter[str]()
        act = clerk(clerks[hand], products) if hand < CLERKS else buyer(customer, products)
        while time.monotonic() < end:
            done[act(chance)] += 1
            connection.close()  # as a request does at its end: the pool has fewer than there are hands
        return done

    done = sum(at_once(BUYERS + CLERKS, work), Counter[str]())

    print(dict(done))  # noqa: T201  what a run of a minute is made for
    assert list(stock_differences()) == []
    assert StockMovement.objects.aggregate(least=Min("stock"))["least"] >= 0
    assert Product.objects.aggregate(least=Min("stock"))["least"] >= 0
    assert Order.objects.count() == done["bought"] + done["cancelled"] > 0
    adjustments = StockMovement.objects.filter(kind="adjusted").count()
    assert adjustments == done["adjusted"] + done["counted"] + done["took stock of"] > 0


def buyer(user: User, products: list[Product]) -> Callable[[random.Random], str]:
    """Return what a buyer does again and again: buy three things, and sometimes think better of it."""

    def act(chance: random.Random) -> str:
        lines = [BasketLine(product.pk, chance.randint(1, 3)) for product in chance.sample(products, 3)]
        try:
            order = place_order(user=user, checkout=Checkout(lines), language="en")
        except InsufficientStock:
            return "sold out"
        if chance.random() < 0.8:
            return "bought"
        change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=user)
        return "cancelled"

    return act


def clerk(user: User, products: list[Product]) -> Callable[[random.Random], str]:
    """Return what a clerk does again and again: adjust, count one product, count one on a sheet of all."""
    browser = Client()
    browser.force_login(user)

    def act(chance: random.Random) -> str:
        product = chance.choice(products)
        page = reverse("admin:catalog_product_stock", args=[product.pk])
        seen = f"seen_{product.pk}"
        kind = chance.choice(["adjust", "count", "sheet"])
        if kind == "adjust":
            delta = chance.randint(-10, 60)
            return told(browser, page, {"delta": delta or 1, "reason": "x"}, "adjusted")
        if kind == "count":
            form = form_with(browser.get(page).text, "count")
            count = max(0, int(form[seen][0]) + chance.randint(-2, 5))
            return told(browser, page, {**form, "count": count, "reason": "x"}, "counted")
        sheet = form_with(browser.get(STOCKTAKE).text, "reason")
        sheet |= {f"count_{product.pk}": sheet[seen][0], "reason": "x"}
        # No context: the test client takes those of other threads for its own.
        is_done = "store-done" in browser.post(STOCKTAKE, sheet).text
        return "took stock of" if is_done else "refused: took stock of"

    return act


def told(browser: Client, page: str, values: dict, done: str) -> str:
    """Send the form, and return what its message says."""
    *_earlier, message = get_messages(browser.post(page, values).wsgi_request)
    return done if message.level_tag == "success" else f"refused: {done}"
