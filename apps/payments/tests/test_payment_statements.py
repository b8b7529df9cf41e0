"""How many statements a payment takes, whatever the number of lines of its order."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.tests.factories import make_products
from apps.orders.checkout import BasketLine, Checkout
from apps.orders.models import Order
from apps.orders.services import place_order
from apps.payments.models import Payment
from apps.payments.services import apply, start_payment
from apps.payments.tests.api_calls import manual_method
from apps.store.configuration_cache import current_configuration
from apps.users.models import User

LINES = pytest.mark.parametrize("lines", [1, 40])

pytestmark = pytest.mark.django_db(transaction=True)


def transactions_of(act: Callable[[], object]) -> list[list[str]]:
    """Return the statements of each transaction of the act, without those that begin and end it."""
    with CaptureQueriesContext(connection) as queries:
        act()
    found: list[list[str]] = []
    for sql in (query["sql"] for query in queries):
        if sql.startswith("BEGIN"):
            found.append([])
        elif found and not sql.startswith(("COMMIT", "SAVEPOINT", "RELEASE")):
            found[-1].append(sql)
    return [statements for statements in found if statements]


def ordered(user: User, lines: int) -> Order:
    items = [BasketLine(product.pk, 1) for product in make_products(lines, price="100.00", stock=100)]
    return place_order(user=user, checkout=Checkout(items, payment_method="online"), language="ru")


def start(order: Order, user: User, method: str = "online") -> None:
    start_payment(order_id=order.pk, method=method, return_url="", by=user)


@LINES
def test_beginning_a_payment(provider, online, customer, lines):
    order = ordered(customer, lines)
    current_configuration()
    begun, applied = transactions_of(lambda: start(order, customer))

    assert (len(begun), len(applied)) == (6, 4), (begun, applied)


@LINES
@pytest.mark.parametrize("superseded", ["transfer", "online"])
def test_superseding_a_payment_takes_one_more(provider, online, customer, superseded, lines):
    manual_method()
    manual_method("wallet", provider="emulator")
    order = ordered(customer, lines)
    start(order, customer, superseded)
    begun, _applied = transactions_of(lambda: start(order, customer, "wallet"))

    assert len(begun) == 7, begun


@LINES
def test_applying_an_answer(provider, online, customer, lines):
    order = ordered(customer, lines)
    start(order, customer)
    payment = Payment.objects.get()
    (nothing_new,) = transactions_of(lambda: apply(payment, provider.payments[payment.provider_id]))
    provider.pay(payment.provider_id)
    (paid,) = transactions_of(lambda: apply(payment, provider.payments[payment.provider_id]))

    assert Order.objects.get().status == "processing"
    assert (len(nothing_new), len(paid)) == (3, 9), (nothing_new, paid)
