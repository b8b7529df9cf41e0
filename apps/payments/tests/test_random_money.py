"""Random lives of orders: after every commit the sums are possible ones, and in quiet they are right."""

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.db.transaction import Atomic

from apps.core.database.transactions import retried_atomic
from apps.core.outbound_http import in_transaction
from apps.jobs.services import enqueue
from apps.orders.exceptions import InvalidStatusTransition
from apps.orders.models import Order, PaymentMethod
from apps.orders.services import change_status, note_money
from apps.orders.statuses import OrderStatus
from apps.payments.exceptions import NothingDue, OrderNotPayable, PaymentRefused, RefundExceedsPaid
from apps.payments.jobs import settlement_of
from apps.payments.models import Payment, Refund
from apps.payments.services import (
    ask,
    confirm_refund,
    record_payment,
    refund_order,
    unblock_refunds,
)
from apps.payments.statuses import OPEN, RefundState
from apps.payments.tests.rules_of_money import ZERO, Rules, status_of
from apps.payments.tests.scripted_provider import ScriptedProvider
from apps.payments.tests.tills import begun, order_for, run_jobs
from apps.users.models import User

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]

LIVES = 10  # of a test
MONEY_WRITTEN = re.compile('(INSERT INTO|UPDATE) "(orders_order|payments_payment|payments_refund)"')
SEEDS = [*range(2), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 500))]
NOT_NOW = (OrderNotPayable, NothingDue, PaymentRefused)


@contextmanager
def after_each_commit(check: Callable[[], None]) -> Iterator[None]:
    """Call the check after each transaction about money, but for the one around the test."""
    leave, is_touched = Atomic.__exit__, False

    def executed(execute: Any, sql: str, *arguments: Any) -> Any:
        nonlocal is_touched
        is_touched = is_touched or MONEY_WRITTEN.match(sql) is not None
        return execute(sql, *arguments)

    def left(block: Atomic, kind: Any, value: Any, trace: Any) -> None:
        nonlocal is_touched
        leave(block, kind, value, trace)
        if kind is None and is_touched and not in_transaction():
            is_touched = False
            check()

    with patch.object(Atomic, "__exit__", left), connection.execute_wrapper(executed):
        yield


class Life:
    """An order with all that may happen to its money, beside the rules of what has to come of it."""

    def __init__(self, provider: ScriptedProvider, customer: User, staff: User, seed: int) -> None:
        self.provider, self.staff, self.random = provider, staff, random.Random(seed)
        price = Decimal(self.random.choice([1, 999, self.random.randint(1, 99_999)])) / 100
        self.order = order_for(customer, price=str(price), quantity=self.random.randint(1, 3))
        self.rules = Rules(self.order.total_price)
        provider.can_cancel = self.random.random() < 0.5

    def amount(self, about: Decimal) -> Decimal:
        """Return some amount, often just this one."""
        some = Decimal(self.random.randint(1, int(self.rules.total * 120))) / 100 or Decimal("0.01")
        return about if about > 0 and self.random.random() < 0.6 else some

    def paid_online(self) -> list[Payment]:
        payments = Payment.objects.filter(order=self.order, provider="emulator")
        return [each for each in payments if self.provider.payments[each.provider_id].captured > 0]

    # --- What may happen ---

    def pay(self) -> None:
        """Begin a payment, and pay it, or another that was begun: as much as is asked, less or more."""
        with suppress(*NOT_NOW):
            begun(self.order, method=self.random.choice(["online", "other"]))
        unpaid = [
            each
            for each in Payment.objects.filter(order=self.order, provider="emulator").order_by("pk")
            if self.provider.payments[each.provider_id].captured == 0
        ]
        if unpaid and self.random.random() < 0.8:
            payment = self.random.choice(unpaid)
            amount = self.amount(payment.amount)
            self.provider.pay(payment.provider_id, amount)
            ask(payment)
            self.rules.paid += amount

    def decline(self) -> None:
        for payment in Payment.objects.filter(order=self.order, status__in=OPEN, provider="emulator"):
            self.provider.change(payment.provider_id, status="failed", failure_code="declined")
            ask(payment)

    def receive(self) -> None:
        amount = self.amount(self.rules.due)
        record_payment(
            order_id=self.order.pk, method="manual", amount=amount, received_at=None, note="", by=self.staff
        )
        self.rules.paid += amount

    def credit(self) -> None:
        name, amount = self.random.choice(["cancelled", "returned"]), self.amount(self.rules.due)
        lower_due(self.order, f"{name}_total", amount)
        self.rules.credit(name, amount)

    def give_back(self) -> None:
        amount = self.amount(self.rules.paid - self.rules.refunded)
        try:
            refund_order(order_id=self.order.pk, amount=amount, reason="goodwill", note="", by=self.staff)
        except RefundExceedsPaid:
            assert not self.rules.refund_by_hand(amount)
        else:
            assert self.rules.refund_by_hand(amount)

    def cancel(self) -> None:
        with suppress(InvalidStatusTransition):
            change_status(order_id=self.order.pk, new_status=OrderStatus.CANCELLED, changed_by=self.staff)
            self.rules.cancel()

    def be_refused(self) -> None:
        """Give back while the provider refuses to: nothing comes of it, but that somebody has to look."""
        self.be_quiet()
        self.provider.refuses.add("refund")
        self.give_back()
        begun_now = list(Refund.objects.filter(order=self.order, status="created"))
        run_jobs(self.order)
        self.provider.refuses.clear()
        for refund in begun_now:
            assert Refund.objects.get(pk=refund.pk).status == "failed"
            self.rules.fail(refund.amount, refund.allowance)
        assert not begun_now or Order.objects.get(pk=self.order.pk).needs_look
        self.unblock()

    def lose_a_refund(self) -> None:
        """Let the bank send a refund back."""
        self.be_quiet()
        made = list(
            Refund.objects.filter(
                order=self.order, status="succeeded", payment__provider="emulator"
            ).order_by("pk")
        )
        if made:
            refund = self.random.choice(made)
            payment_id, snapshot = self.provider.refunds[refund.provider_id]
            self.provider.refunds[refund.provider_id] = (
                payment_id,
                replace(snapshot, status=RefundState.FAILED),
            )
            refunded = self.provider.payments[payment_id].refunded - refund.amount
            self.provider.change(payment_id, refunded=refunded)
            ask(refund.payment)
            self.rules.fail(refund.amount, refund.allowance)
            self.unblock()

    def be_given_back_there(self) -> None:
        """Give money back in the provider's pages."""
        self.be_quiet()
        if payments := self.paid_online():
            payment = self.random.choice(payments)
            there = self.provider.payments[payment.provider_id]
            if left := there.captured - there.refunded:
                amount = min(left, self.amount(left))
                self.provider.add_refund(payment.provider_id, amount)
                ask(payment)
                assert self.rules.refund_by_hand(amount)

    def unblock(self) -> None:
        """Let staff have all payments give money back again."""
        for payment in Payment.objects.filter(order=self.order, refund_blocked=True):
            unblock_refunds(payment, by=self.staff)

    # --- What has to come of it ---

    def be_quiet(self) -> None:
        """Do all that is to be done, and let staff do theirs; then compare."""
        for _time in range(2):
            run_jobs(self.order)
            for refund in Refund.objects.filter(order=self.order, status="pending"):
                confirm_refund(uid=refund.uid, note="", by=self.staff)
        self.rules.settle()
        order = Order.objects.get(pk=self.order.pk)
        assert self.rules == Rules(
            total=order.total_price,
            paid=order.paid_total,
            refunded=order.refunded_total,
            cancelled=order.cancelled_total,
            returned=order.returned_total,
            allowance=order.allowance_total,
            is_cancelled=order.status == "cancelled",
        )
        assert order.balance >= 0
        there = [self.provider.payments[each.provider_id] for each in self.paid_online()]
        by_hand = Payment.objects.filter(order=order, provider="manual")
        assert sum((each.captured for each in [*there, *by_hand]), start=ZERO) == order.paid_total
        assert sum((each.refunded for each in [*there, *by_hand]), start=ZERO) == order.refunded_total

    def check(self) -> None:
        """Check what has to hold at any time."""
        order = Order.objects.get(pk=self.order.pk)
        credited = (order.cancelled_total, order.returned_total, order.allowance_total)
        assert min(order.paid_total, order.refunded_total, order.stray_refunded_total, *credited) >= 0
        assert sum(credited) <= order.total_price
        assert order.stray_refunded_total <= order.refunded_total <= order.paid_total
        payments = list(Payment.objects.filter(order=order))
        assert sum((each.captured for each in payments), start=ZERO) == order.paid_total
        assert sum((each.refunded for each in payments), start=ZERO) == order.refunded_total
        assert sum(each.status in OPEN for each in payments) == order.open_payments
        assert order.payment_status == status_of(
            paid=order.paid_total,
            refunded=order.refunded_total,
            stray=order.stray_refunded_total,
            due=ZERO if order.status == "cancelled" else order.total_price - sum(credited),
            is_open=order.open_payments > 0,
        )


@retried_atomic
def lower_due(order: Order, column: str, amount: Decimal) -> None:
    """Lower what is due as a cancelled or returned piece does: never by more than there is."""
    order = Order.objects.locked().get(pk=order.pk)
    setattr(order, column, getattr(order, column) + min(amount, order.amount_due))
    order.save(update_fields=[column])
    note_money(order)
    enqueue(settlement_of(order))


def live(life: Life) -> None:
    acts = {
        life.pay: 5,
        life.receive: 1,
        life.decline: 1,
        life.credit: 3,
        life.give_back: 3,
        life.cancel: 1,
        life.be_given_back_there: 1,
        life.lose_a_refund: 1,
        life.be_refused: 1,
        life.be_quiet: 2,
    }
    for act in life.random.choices(list(acts), weights=list(acts.values()), k=life.random.randint(2, 9)):
        act()
    life.be_quiet()


@pytest.mark.parametrize("seed", SEEDS)
def test_every_commit_leaves_possible_sums_and_quiet_the_right_ones(
    provider, online, customer: User, staff: User, seed: int
):
    PaymentMethod.objects.create(
        code="other", name_ru="Иначе", provider="emulator", terms="prepaid", moves_to_processing=True
    )
    for number in range(LIVES):
        life = Life(provider, customer, staff, seed * LIVES + number)
        with after_each_commit(life.check):
            live(life)
