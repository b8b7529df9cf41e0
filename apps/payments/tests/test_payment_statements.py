"""How many statements a payment takes, whatever the number of lines of its order."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.tests.factories import make_products
from apps.jobs.models import Job
from apps.orders.checkout import BasketLine, Checkout
from apps.orders.models import Order
from apps.orders.services import place_order
from apps.payments.models import Payment
from apps.payments.services import apply, refund_order, start_payment
from apps.payments.tests.api_calls import manual_method
from apps.payments.tests.tills import run_jobs
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


@LINES
def test_placing_an_order_to_be_paid_online_takes_no_more(provider, online, customer, lines):
    """The job that lets it expire is stored along with the others."""
    items = [BasketLine(product.pk, 1) for product in make_products(2 * lines, price="100.00", stock=100)]
    halves = Checkout(items[:lines]), Checkout(items[lines:], payment_method="online")
    current_configuration()
    (without,), (online_too,) = (
        transactions_of(lambda half=half: place_order(user=customer, checkout=half, language="ru"))
        for half in halves
    )

    assert (len(without), len(online_too)) == (8, 8), online_too
    assert Job.objects.filter(kind="expire_order").count() == 1


def test_details_of_an_order_with_payments_and_refunds_take_no_more(
    provider, online, customer, customer_api, staff, django_assert_num_queries
):
    order = ordered(customer, 2)
    start(order, customer)
    payment = Payment.objects.get()
    provider.pay(payment.provider_id)
    apply(payment, provider.payments[payment.provider_id])
    for _refund in range(2):
        refund_order(order_id=order.pk, amount=Decimal(10), reason="goodwill", note="", by=staff)
    run_jobs(order)

    with django_assert_num_queries(4):
        shown = customer_api.get(f"/api/v1/orders/{order.pk}/").json()

    assert (shown["payment_status"], shown["refunded_total"]) == ("partially_refunded", "20.00")
