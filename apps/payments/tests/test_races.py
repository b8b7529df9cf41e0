"""Money with many hands at once, at a real provider: every cent is where both books say it is.

`STORE_TEST_ROUNDS=200` lets each pair meet so many times.
"""

import random
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.core.tests.threads import at_once, rounds
from apps.jobs.exceptions import RunLater
from apps.orders.exceptions import InvalidStatusTransition
from apps.orders.models import Order, PaymentMethod
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.payments.exceptions import NothingDue, OrderNotPayable, RefundExceedsPaid
from apps.payments.models import Payment
from apps.payments.payment_emulator import PaymentEmulator
from apps.payments.services import ask, expire_order, refund_order, settle_money, start_payment
from apps.payments.tests.books import assert_books_agree
from apps.payments.tests.emulation import post
from apps.payments.tests.tills import order_for, run_jobs
from apps.users.models import User

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]

OVERLAP_SECONDS = 0.05
LATE = (OrderNotPayable, NothingDue, InvalidStatusTransition)


def begun(order: Order, method: str = "online") -> Payment:
    return start_payment(order_id=order.pk, method=method, return_url="", by=order.user).payment


def pay(emulator: PaymentEmulator, payment: Payment) -> None:
    post(emulator, f"/payments/{payment.provider_id}/pay", {})


def quiet(order: Order) -> Order:
    """Do what is to be done for the order's money, and ask about each payment, until nothing moves."""
    for _time in range(3):
        for payment in Payment.objects.filter(order=order):
            ask(payment)
        run_jobs(order)
    return Order.objects.get(pk=order.pk)


def test_pay_and_expire_at_the_same_moment(emulator, online, customer: User):
    """Paid and kept, or cancelled with the money back: never both, and never neither."""
    for _round in rounds(3):
        order = order_for(customer)
        payment = begun(order)
        expires = timezone.now() + timedelta(seconds=OVERLAP_SECONDS)
        Order.objects.filter(pk=order.pk).update(expires_at=expires)

        def meet(hand: int, order: Order = order, payment: Payment = payment) -> None:
            if hand == 0:
                time.sleep(random.uniform(0, 2 * OVERLAP_SECONDS))
                pay(emulator, payment)
                ask(payment)
            else:
                time.sleep(OVERLAP_SECONDS)
                with suppress(RunLater):
                    expire_order(order.pk)
                run_jobs(order, "payment_cancel")
                with suppress(RunLater):
                    expire_order(order.pk)

        at_once(2, meet)
        with suppress(RunLater):
            expire_order(order.pk)
        order = quiet(order)
        assert_books_agree(emulator, order)
        net = order.paid_total - order.refunded_total
        assert (order.status, net) in {("processing", Decimal(100)), ("cancelled", Decimal(0))}
        assert order.open_payments == 0


def test_many_tabs_end_in_one_current_payment(emulator, online, customer: User):
    for _round in rounds(2):
        order = order_for(customer)
        payments = at_once(8, lambda _hand, order=order: begun(order).pk)
        assert len(set(payments)) == 1
        assert Payment.objects.filter(order=order, is_current=True).count() == 1
        quiet(order)  # where too many wait for the provider, a job begins the payment
        assert len(emulator.bank.payments()) == Payment.objects.count()


def test_two_methods_paid_at_once_give_one_back(emulator, online, customer: User):
    PaymentMethod.objects.create(
        code="other", name_ru="Иначе", provider="emulator", terms="prepaid", moves_to_processing=True
    )
    for _round in rounds(2):
        order = order_for(customer)

        def meet(hand: int, order: Order = order) -> None:
            with suppress(*LATE):
                payment = begun(order, ("online", "other")[hand])
                payment.refresh_from_db()
                if payment.provider_id:
                    pay(emulator, payment)
                    ask(payment)

        at_once(2, meet)
        order = quiet(order)
        assert_books_agree(emulator, order)
        assert (order.status, order.payment_status) == ("processing", "paid")
        assert order.paid_total - order.refunded_total == 100


def test_refunds_at_once_never_give_back_more_than_was_paid(emulator, online, customer: User, staff: User):
    for _round in rounds(2):
        order = order_for(customer)
        payment = begun(order)
        pay(emulator, payment)
        ask(payment)

        def give_back(_hand: int, order: Order = order) -> bool:
            try:
                refund_order(order_id=order.pk, amount=Decimal(40), reason="goodwill", note="", by=staff)
            except RefundExceedsPaid:
                return False
            return True

        assert sorted(at_once(6, give_back)) == [False] * 4 + [True] * 2
        order = quiet(order)
        assert_books_agree(emulator, order)
        assert (order.refunded_total, order.allowance_total) == (Decimal(80), Decimal(80))


def acts_on(
    emulator: PaymentEmulator, order: Order, payment: Payment, staff: User
) -> list[Callable[[], object]]:
    return [
        lambda: pay(emulator, payment),
        lambda: ask(payment),
        lambda: ask(payment),
        lambda: change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=staff),
        lambda: refund_order(order_id=order.pk, amount=Decimal(10), reason="x", note="", by=staff),
        lambda: settle_money(order.pk),
        lambda: run_jobs(order),
    ]


def test_everything_at_once_leaves_no_cent_over(emulator, online, customer: User, staff: User):
    """Pay, ask, cancel, refund and settle, in threads, and then the books are compared."""
    for _round in rounds(2):
        order = order_for(customer)
        acts = acts_on(emulator, order, begun(order), staff)

        def act(hand: int, acts: list[Callable[[], object]] = acts) -> None:
            time.sleep(random.uniform(0, OVERLAP_SECONDS))
            with suppress(*LATE, RefundExceedsPaid):
                acts[hand]()

        at_once(len(acts), act)
        order = quiet(order)
        assert_books_agree(emulator, order)
        assert order.status == "cancelled"
        assert order.paid_total == order.refunded_total == Decimal(100)
