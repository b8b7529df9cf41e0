"""Thousands of random baskets at once, and SQLite under sixteen writers: no deadlock, no locked database.

`STORE_TEST_ORDERS=10000` places so many orders; the default keeps the suite quick.
"""

import os
import random
from collections import Counter

import pytest
from django.db import connection
from django.db.models import Sum

from apps.catalog.exceptions import InsufficientStock
from apps.catalog.models import Product
from apps.catalog.tests.factories import make_products
from apps.core.tests.threads import at_once
from apps.orders.checkout import BasketLine, Checkout
from apps.orders.models import Order, OrderItem
from apps.orders.services import change_status, place_order
from apps.orders.statuses import OrderStatus
from apps.users.models import User

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]

ORDERS = int(os.environ.get("STORE_TEST_ORDERS") or 96)
THREADS = 16
PRODUCTS, STOCK, LARGEST_BASKET = 40, 10_000, 20
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


def test_random_baskets_of_sixteen_buyers_all_become_orders(customer: User, staff: User, caplog):
    products = [product.pk for product in make_products(PRODUCTS, stock=STOCK)]
    before = deadlocks()

    def buy(hand: int) -> Counter[str]:
        chance, outcomes = random.Random(hand), Counter[str]()
        for number in range(ORDERS // THREADS):
            basket = chance.sample(products, chance.randint(1, LARGEST_BASKET))
            items = [BasketLine(pk, chance.randint(1, 3)) for pk in basket]
            try:
                order = place_order(user=customer, checkout=Checkout(items), language="ru")
            except InsufficientStock:
                outcomes["short"] += 1
                continue
            status = OrderStatus.PROCESSING if number % 2 else OrderStatus.CANCELLED
            change_status(order_id=order.pk, new_status=status, changed_by=staff)
            outcomes[status] += 1
        return outcomes

    connection.close()  # the pool has one for each buyer
    outcomes = sum(at_once(THREADS, buy), Counter[str]())

    stock = dict(Product.objects.values_list("pk", "stock"))
    kept = OrderItem.objects.exclude(order__status="cancelled").order_by()
    sold = dict(kept.values_list("product").annotate(Sum("quantity")))
    assert {pk: stock[pk] + sold.get(pk, 0) for pk in products} == dict.fromkeys(products, STOCK)
    assert outcomes.total() == ORDERS // THREADS * THREADS
    assert Counter(Order.objects.values_list("status", flat=True)) == outcomes - Counter(short=ORDERS)
    assert deadlocks() == before
    assert "is repeated" not in caplog.text


def deadlocks() -> int:
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(DEADLOCKS)
        return cursor.fetchone()[0]
