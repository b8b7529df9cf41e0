"""Many at once: no piece is sold twice, none is lost, and nobody is told of a deadlock."""

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Sum

from apps.catalog.exceptions import InsufficientStock
from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product, make_products
from apps.core.tests.threads import at_once, rounds
from apps.jobs.models import Job
from apps.orders.checkout import BasketLine, Checkout
from apps.orders.exceptions import InvalidStatusTransition
from apps.orders.models import Order, OrderItem, StatusChange
from apps.orders.services import change_status, place_order
from apps.orders.statuses import OrderStatus
from apps.orders.tests.factories import make_order, make_order_in
from apps.users.models import User

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

THREADS = 16
ROUNDS_OF_TWO = 8


def test_last_fifty_pieces_are_sold_to_fifty(customer: User):
    mug = make_product(stock=50)

    def buy_until_sold_out() -> int:
        bought = 0
        while True:
            try:
                place_order(user=customer, checkout=Checkout([BasketLine(mug.pk, 1)]), language="ru")
            except InsufficientStock:
                return bought
            bought += 1

    bought = together(*[buy_until_sold_out] * THREADS)

    mug.refresh_from_db()
    assert (sum(bought), mug.stock) == (50, 0)
    assert (Order.objects.count(), OrderItem.objects.count(), StatusChange.objects.count()) == (50, 50, 50)
    assert Job.objects.count() == 100


def test_last_piece_is_sold_to_one_of_two(customer: User, other_customer: User):
    for _round in range(ROUNDS_OF_TWO):
        mug = make_product(stock=1)
        items = [BasketLine(mug.pk, 1)]

        outcomes = together(
            *[
                refusable(place_order, user=buyer, checkout=Checkout(items), language="ru")
                for buyer in (customer, other_customer)
            ]
        )

        mug.refresh_from_db()
        assert (Counter(outcomes), mug.stock) == ({"done": 1, "InsufficientStock": 1}, 0)
        assert OrderItem.objects.filter(product=mug).count() == 1


def test_baskets_in_any_order_never_block_each_other(customer: User):
    products = [product.pk for product in make_products(10, stock=500)]
    chance = random.Random(20)

    def random_basket() -> list[BasketLine]:
        return [BasketLine(pk, chance.randint(1, 3)) for pk in chance.sample(products, 5)]

    outcomes: Counter[str] = Counter()
    for _round in rounds(10):
        baskets = [random_basket() for _thread in range(THREADS)]
        calls = [
            refusable(place_order, user=customer, checkout=Checkout(basket), language="ru")
            for basket in baskets
        ]
        outcomes.update(together(*calls))

    stock = dict(Product.objects.values_list("pk", "stock"))
    sold = dict(OrderItem.objects.values_list("product").annotate(Sum("quantity")).order_by())
    assert {pk: stock[pk] + sold[pk] for pk in products} == dict.fromkeys(products, 500)
    assert outcomes.keys() <= {"done", "InsufficientStock"}
    assert outcomes["done"] == Order.objects.count()
    assert OrderItem.objects.count() == 5 * outcomes["done"]


def test_orders_and_cancellations_cross_without_loss(customer: User):
    products = make_products(5, stock=100)
    chance = random.Random(7)
    for _round in range(ROUNDS_OF_TWO):
        placed = [make_order(customer, dict.fromkeys(chance.sample(products, 4), 1)) for _half in range(4)]
        baskets = [
            [BasketLine(product.pk, 1) for product in chance.sample(products, 4)] for _half in range(4)
        ]

        outcomes = together(
            *[move(order, OrderStatus.CANCELLED, by=customer) for order in placed],
            *[
                refusable(place_order, user=customer, checkout=Checkout(basket), language="ru")
                for basket in baskets
            ],
        )

        assert outcomes == ["done"] * 8

    stock = dict(Product.objects.values_list("pk", "stock"))
    kept = OrderItem.objects.exclude(order__status="cancelled").order_by()
    sold = dict(kept.values_list("product").annotate(Sum("quantity")))
    assert {pk: stock[pk] + sold[pk] for pk in stock} == dict.fromkeys(stock, 100)


def test_of_two_cancellations_one_wins_and_the_stock_comes_back_once(customer: User, staff: User):
    for _round in range(ROUNDS_OF_TWO):
        mug = make_product(stock=5)
        order = make_order(customer, {mug: 3})

        outcomes = together(*[move(order, OrderStatus.CANCELLED, by=user) for user in (customer, staff)])

        mug.refresh_from_db()
        assert (Counter(outcomes), mug.stock) == ({"done": 1, "InvalidStatusTransition": 1}, 5)
        assert history_of(order) == [(None, "pending"), ("pending", "cancelled")]
        assert Job.objects.filter(kind="status_email", subject=f"order:{order.pk}").count() == 1


def test_order_is_cancelled_or_shipped_but_never_both(customer: User, staff: User):
    for _round in range(ROUNDS_OF_TWO):
        mug = make_product(stock=5)
        order = make_order_in("processing", customer, {mug: 3}, moved_by=staff)

        cancelled, shipped = together(
            *[move(order, status, by=staff) for status in (OrderStatus.CANCELLED, OrderStatus.SHIPPED)]
        )

        mug.refresh_from_db()
        order.refresh_from_db()
        outcome = (cancelled, shipped, order.status, mug.stock)
        assert outcome in [
            ("done", "InvalidStatusTransition", "cancelled", 5),
            ("InvalidStatusTransition", "done", "shipped", 2),
        ]
        assert history_of(order)[2:] == [("processing", order.status)]


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Make the calls in threads that begin together, and return what they return."""
    return at_once(len(calls), lambda hand: calls[hand]())


def refusable(function: Callable[..., Any], **arguments: Any) -> Callable[[], str]:
    """Return a call of the function that names the shop's refusal; anything else is raised."""

    def call() -> str:
        try:
            function(**arguments)
        except (InsufficientStock, InvalidStatusTransition) as refusal:
            return type(refusal).__name__
        return "done"

    return call


def move(order: Order, status: OrderStatus, *, by: User) -> Callable[[], str]:
    return refusable(change_status, order_id=order.pk, new_status=status, changed_by=by)


def history_of(order: Order) -> list[tuple[str | None, str]]:
    return list(order.status_changes.values_list("from_status", "to_status"))
