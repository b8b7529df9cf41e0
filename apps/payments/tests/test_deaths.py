"""Processes that are killed at any step of a payment: jobs heal it, no cent is lost, nothing made twice."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from apps.jobs.models import UNFINISHED, Job
from apps.jobs.runner import run_job
from apps.orders.exceptions import InvalidStatusTransition
from apps.orders.models import Order, PaymentMethod
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.payments.exceptions import NothingDue, OrderNotPayable, RefundExceedsPaid
from apps.payments.models import Payment, Refund
from apps.payments.payment_emulator import PaymentEmulator
from apps.payments.providers.base import Notice
from apps.payments.services import ask, refund_order, take_notice
from apps.payments.statuses import OPEN
from apps.payments.tests.books import assert_books_agree
from apps.payments.tests.deaths import Death, death_at
from apps.payments.tests.emulation import post
from apps.payments.tests.tills import begun, order_for
from apps.users.models import User

pytestmark = pytest.mark.django_db(transaction=True)

# Longer than a lease; then until nobody waits any more for a payment that was perhaps never begun.
PAUSES = [timedelta(minutes=each) for each in (2, 2, 2, 5, 10, 30, 60)] + [timedelta(hours=7)] * 4
MOST_STEPS = 30  # of an act; some have fewer, and live
LATE = (OrderNotPayable, NothingDue, InvalidStatusTransition, RefundExceedsPaid)
SEEDS = [*range(4), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(4, 100))]


class Life:
    """The money of an order whose processes die; who asks the store for something asks until it is done."""

    def __init__(self, emulator: PaymentEmulator, order: Order, staff: User, seed: int) -> None:
        self.emulator, self.order, self.staff = emulator, order, staff
        self.random = random.Random(seed)
        self.events = 0
        self.deaths = 0

    def insist(self, act: Callable[[], object]) -> None:
        """Do it, with up to three deaths."""
        for _death in range(self.random.randint(0, 3)):
            try:
                with death_at(self.random.randint(1, MOST_STEPS)), suppress(*LATE):
                    act()
            except Death:
                self.deaths += 1
            else:
                return
        with suppress(*LATE):
            act()

    def work(self) -> None:
        """Do the due jobs, with deaths: what a dead worker holds is taken up when its lease is over."""
        self.insist(self.run_due_jobs)

    def run_due_jobs(self) -> None:
        due = Job.objects.due(timezone.now()).about(f"money:{self.order.pk}")
        for pk in list(due.values_list("pk", flat=True)):
            run_job(pk)

    def begin(self) -> None:
        method = self.random.choice(["online", "online", "other"])
        self.insist(lambda: begun(self.order, method=method))

    def pay(self) -> None:
        """Let the customer pay what the provider offers, and the provider tell it, or not."""
        for there in self.emulator.bank.payments():
            if there["status"] == "requires_action" and self.random.random() < 0.8:
                post(self.emulator, f"/payments/{there['id']}/pay")
                if self.random.random() < 0.7:
                    self.hear(there["id"], there["metadata"]["uid"])

    def hear(self, number: str, uid: str) -> None:
        self.events += 1
        notice = Notice(event_id=f"evt-{self.events}", kind="payment.paid", provider_id=number, uid=uid)
        self.insist(lambda: take_notice("emulator", notice))

    def give_back(self) -> None:
        amount = Decimal(self.random.randint(1, 6000)) / 100
        self.insist(
            lambda: refund_order(
                order_id=self.order.pk, amount=amount, reason="goodwill", note="", by=self.staff
            )
        )

    def refresh(self) -> None:
        for payment in Payment.objects.filter(order=self.order):
            self.insist(lambda payment=payment: ask(payment))

    def cancel(self) -> None:
        self.insist(
            lambda: change_status(
                order_id=self.order.pk, new_status=OrderStatus.CANCELLED, changed_by=self.staff
            )
        )


def live(life: Life, clock: time_machine.Traveller) -> None:
    """Begin, pay and whatever else happens, in any order; then let time pass until nothing is left to do."""
    acts = [life.begin, life.pay, life.pay, life.give_back, life.refresh, life.cancel]
    life.begin()
    for act in life.random.choices(acts, weights=[3, 3, 3, 3, 2, 1], k=life.random.randint(2, 6)):
        clock.shift(timedelta(seconds=life.random.choice([1, 20, 70])))
        act()
        life.work()
    for pause in PAUSES:
        clock.shift(pause)
        life.run_due_jobs()
        if not Job.objects.about(f"money:{life.order.pk}").filter(status__in=UNFINISHED).exists():
            break


@pytest.mark.parametrize("seed", SEEDS)
def test_both_books_agree_whoever_dies(emulator, online, customer: User, staff: User, seed: int):
    PaymentMethod.objects.create(
        code="other",
        name_ru="Иначе",
        provider="emulator",
        terms="prepaid",
        expire_minutes=60,
        moves_to_processing=True,
    )
    life = Life(emulator, order_for(customer), staff, seed)
    with time_machine.travel(timezone.now(), tick=True) as clock:
        live(life, clock)

    order = Order.objects.get(pk=life.order.pk)
    assert_books_agree(emulator, order)
    assert not Refund.objects.exclude(status="succeeded").exists()
    assert not Job.objects.about(f"money:{order.pk}").filter(status="failed").exists()
    net = order.paid_total - order.refunded_total
    assert (order.status, net) in {
        ("cancelled", Decimal(0)),
        ("processing", order.total_price - order.allowance_total),
        ("pending", Decimal(0)),
    }
    # Paid by an earlier try, the order's last one is left to the customer; nothing else is.
    for payment in Payment.objects.filter(status__in=OPEN):
        there = emulator.bank.payment(payment.provider_id)
        assert (payment.is_current, order.status, there["status"]) == (True, "processing", "requires_action")
    assert order.needs_look in {"", "never_confirmed"}


def test_every_step_of_beginning_a_payment_can_be_the_last(emulator, online, customer: User):
    """After each death one payment is there, at the provider too, and it can be paid."""
    for step in range(1, 100):
        order = order_for(customer)
        try:
            with death_at(step):
                begun(order)
        except Death:
            begun(order)
        else:
            break
        with time_machine.travel(timezone.now() + timedelta(seconds=61), tick=True):
            Life(emulator, order, customer, 0).run_due_jobs()
        (payment,) = Payment.objects.filter(order=order)
        (there,) = [each for each in emulator.bank.payments() if each["metadata"]["order_id"] == order.pk]
        assert (payment.status, payment.provider_id) == ("requires_action", there["id"])
        assert there["metadata"]["uid"] == str(payment.uid)

    assert step > 12  # two transactions, a call and its answer
