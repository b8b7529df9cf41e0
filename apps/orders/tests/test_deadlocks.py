"""A real deadlock with somebody who locks in another order: the service is repeated, and nobody is told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from apps.catalog.models import Product
from apps.catalog.stock import set_stock
from apps.catalog.tests.factories import make_products
from apps.core.tests.threads import at_once
from apps.orders.checkout import BasketLine, Checkout
from apps.orders.models import Order
from apps.orders.services import change_status, place_order
from apps.orders.statuses import OrderStatus
from apps.orders.tests.factories import make_order
from apps.users.models import User
from tests.support.processes import wait_for

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

IS_WAITED_FOR = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid)))"
LOCK = "SELECT id FROM catalog_product WHERE id = %s FOR NO KEY UPDATE"
ROUNDS = 5  # on a slow machine the database may take back the other side, which proves nothing


@pytest.mark.parametrize(("action", "stock"), [("place", 98), ("cancel", 100), ("count", 7)])
def test_service_that_met_a_deadlock_is_repeated(customer: User, caplog, action: str, stock: int):
    first, last = make_products(2)
    for _round in range(ROUNDS):
        Product.objects.update(stock=100)
        order = make_order(customer, {first: 1, last: 1})
        counts = {first.pk: 7, last.pk: 7}
        actions: dict[str, Callable[[], object]] = {
            "place": lambda: buy(customer, first, last),
            "cancel": lambda order=order: cancel(order, customer),
            "count": lambda counts=counts: set_stock(counts, reason="counted"),
        }

        collide(first, last, actions[action])

        assert set(Product.objects.values_list("stock", flat=True)) == {stock}
        if "deadlock detected" in caplog.text:
            break

    assert caplog.text.count("is repeated") == 1


def test_part_of_a_larger_transaction_is_not_repeated(customer: User, caplog):
    first, last = make_products(2, stock=100)

    def buy_within() -> None:
        with transaction.atomic():
            buy(customer, first, last)

    with pytest.raises(OperationalError, match="deadlock detected"):
        for _round in range(ROUNDS):
            collide(first, last, buy_within)
            Order.objects.all().delete()
            Product.objects.update(stock=100)

    assert caplog.text.count("is repeated") == 0
    assert set(Product.objects.values_list("stock", flat=True)) == {100}
    assert not Order.objects.exists()


def buy(customer: User, *products: Product) -> None:
    place_order(
        user=customer, checkout=Checkout([BasketLine(product.pk, 1) for product in products]), language="ru"
    )


def cancel(order: Order, customer: User) -> None:
    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=customer)


def collide(first: Product, last: Product, act: Callable[[], object]) -> None:
    """Act while a rival holds what the act locks last, and then asks for what it has locked first."""
    with rival() as link:
        link.execute(LOCK, [last.pk])

        def ask_for_the_first() -> None:
            wait_for(lambda: is_waited_for(link.info.backend_pid))
            with suppress(psycopg.errors.DeadlockDetected):
                link.execute(LOCK, [first.pk])
            link.rollback()

        at_once(2, lambda hand: act() if hand else ask_for_the_first())


def is_waited_for(pid: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(IS_WAITED_FOR, [pid])
        return bool(cursor.fetchone()[0])


@contextmanager
def rival() -> Iterator[psycopg.Connection]:
    """Connect as somebody else does."""
    options = connection.get_connection_params()
    names = {"host", "port", "user", "password", "dbname"} & options.keys()
    with psycopg.connect(**{name: options[name] for name in names}) as link:
        yield link
