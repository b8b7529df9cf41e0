"""Many requests to pay for an order in the same moment: one payment is begun, and one is current."""

from collections import Counter
from typing import Any
from uuid import uuid4

import pytest

from apps.core.tests.threads import at_once, rounds
from apps.orders.models import Order
from apps.payments.models import Payment
from apps.payments.statuses import OPEN
from apps.payments.tests.api_calls import manual_method, payments_of, start
from apps.payments.tests.tills import order_for, run_jobs
from apps.users.models import User
from conftest import signed_in

HANDS = 20
ROUNDS = pytest.mark.parametrize("few", [2, pytest.param(50, marks=pytest.mark.long)])

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def started_at_once(order: Order, user: User, methods: list[str], keys: list[str | None]) -> list[Any]:
    clients = [signed_in(user) for _hand in methods]
    return at_once(HANDS, lambda hand: start(clients[hand], order, method=methods[hand], key=keys[hand]))


def assert_one_is_current(order: Order) -> None:
    payments = Payment.objects.filter(order=order)
    assert payments.filter(is_current=True).count() == 1
    assert Order.objects.get(pk=order.pk).open_payments == payments.filter(status__in=OPEN).count()


@ROUNDS
@pytest.mark.parametrize("keyed", [True, False], ids=["one key", "no key"])
def test_the_same_wish_begins_one_payment(provider, online, customer: User, keyed: bool, few: int):
    for _round in rounds(few):
        order, key = order_for(customer), str(uuid4()) if keyed else None
        answers = started_at_once(order, customer, ["online"] * HANDS, [key] * HANDS)
        run_jobs(order, "payment_create")

        payment = Payment.objects.get(order=order)
        assert {answer.json()["id"] for answer in answers} == {str(payment.uid)}
        statuses = Counter(answer.status_code for answer in answers)
        assert statuses.keys() <= {200, 201, 202}
        assert statuses[201] <= 1
        replayed = sum("Idempotent-Replayed" in answer for answer in answers)
        assert replayed == (HANDS - 1 if keyed else 0)
        assert (payment.is_current, payment.provider_id) == (True, f"pay-{payment.uid}")
        assert_one_is_current(order)
        again = start(signed_in(customer), order, key=key)
        assert again.json()["next_action"]["url"] == f"https://pay.example/pay-{payment.uid}"


@ROUNDS
def test_of_several_wishes_the_last_is_current(provider, online, customer: User, few: int):
    manual_method()
    for _round in rounds(few):
        order = order_for(customer)
        methods, keys = ["online", "transfer"] * (HANDS // 2), list(map(str, range(HANDS)))
        answers = started_at_once(order, customer, methods, keys)

        assert {answer.status_code for answer in answers} <= {200, 201, 202}
        assert_one_is_current(order)
        (current,) = [
            each for each in signed_in(customer).get(payments_of(order)).json() if each["is_current"]
        ]
        assert Order.objects.get(pk=order.pk).payment_method == current["method"]
