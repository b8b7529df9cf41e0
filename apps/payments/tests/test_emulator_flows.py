"""The store and the payment emulator together, with each fault: orders are paid, money goes back, once."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from apps.jobs.models import Job
from apps.orders.models import Order, PaymentMethod
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.payments.models import Payment, ProviderEvent
from apps.payments.payment_emulator import PaymentEmulator
from apps.payments.providers import emulator as adapter
from apps.payments.providers import provider_named
from apps.payments.providers.base import CallbackInvalid
from apps.payments.services import refund_order, take_notice
from apps.payments.tests.emulation import SECRET, CallbackTaker, callback_taker, get, payment_emulator, post
from apps.payments.tests.tills import begun, money_of, order_for, run_jobs
from apps.users.models import User
from tests.support.processes import wait_for

# With real transactions: no call may be made inside of one.
pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]

PAID = {"status": "processing", "payment_status": "paid", "paid_total": "100.00"}


@pytest.fixture
def callbacks() -> Iterator[CallbackTaker]:
    """Return what takes callbacks in the store's place."""
    with callback_taker() as callbacks:
        yield callbacks


@pytest.fixture
def emulator(tmp_path: Path, settings, callbacks: CallbackTaker) -> Iterator[PaymentEmulator]:
    """Return an emulator, by which the shop offers to pay."""
    with payment_emulator(tmp_path, callbacks.url) as emulator:
        settings.PAYMENT_PROVIDERS = ["manual", "emulator"]
        settings.PAYMENT_EMULATOR_URL, settings.PAYMENT_EMULATOR_SECRET = emulator.url, SECRET
        PaymentMethod.objects.create(
            code="online",
            name_ru="Картой",
            provider="emulator",
            terms="prepaid",
            expire_minutes=30,
            moves_to_processing=True,
        )
        yield emulator


@pytest.fixture
def order(emulator: PaymentEmulator, customer: User) -> Order:
    """Return an order of 100.00 that is to be paid online."""
    return order_for(customer)


def pay(emulator: PaymentEmulator, payment: Payment) -> None:
    post(emulator, f"/payments/{payment.provider_id}/pay").raise_for_status()


def hear(callbacks: CallbackTaker, number: int = 1) -> list[bool]:
    """Let so many callbacks come, and take each as the store does; tell which were valid."""
    came = wait_for(lambda: len(callbacks.taken) >= number and callbacks.taken[:number], seconds=10)
    valid = []
    for callback in came:
        try:
            notice = provider_named("emulator").read_callback(
                callback.body, callback.headers, address="127.0.0.1"
            )
        except CallbackInvalid:
            valid.append(False)
        else:
            valid.append(take_notice("emulator", notice))
    return valid


def work(order: Order, *, later: timedelta = timedelta(0)) -> dict[str, str]:
    """Do what is to be done after a while, and return the order's money."""
    with time_machine.travel(timezone.now() + later, tick=True):
        run_jobs(order)
    return money_of(order)


def test_callback_has_the_order_paid_and_processed(emulator, order: Order, callbacks: CallbackTaker):
    payment = begun(order)
    pay(emulator, payment)

    assert hear(callbacks) == [True]

    assert work(order) == PAID
    payment.refresh_from_db()
    assert (payment.card_brand, payment.card_last4) == ("visa", "4242")


@pytest.mark.parametrize(("fault", "number"), [("duplicate", 10), ("shuffle", 1)])
def test_callbacks_that_come_often_or_late_are_one(
    emulator, order: Order, callbacks: CallbackTaker, fault: str, number: int
):
    payment = begun(order)
    emulator.faults.set([fault], 1.0)
    pay(emulator, payment)

    assert hear(callbacks, number) == [True] * number

    assert work(order) == PAID
    assert ProviderEvent.objects.count() == 1
    assert Job.objects.filter(kind="status_email").count() == 1


def test_forged_callback_moves_nothing_and_the_genuine_one_after_it_does(
    emulator, order: Order, callbacks: CallbackTaker
):
    callbacks.statuses = [400]
    emulator.faults.set(["forge"], 1.0)
    payment = begun(order)
    assert hear(callbacks) == [False]
    assert work(order)["status"] == "pending"
    assert not ProviderEvent.objects.exists()

    emulator.faults.set([], 1.0)
    pay(emulator, payment)

    assert hear(callbacks, 2) == [False, True]
    assert work(order) == PAID


def test_without_callbacks_the_store_asks(emulator, order: Order):
    payment = begun(order)
    emulator.faults.set(["drop"], 1.0)
    pay(emulator, payment)

    assert work(order)["status"] == "pending"
    assert work(order, later=timedelta(seconds=31)) == PAID


def test_lost_answers_are_found_though_every_further_one_is_lost(emulator, order: Order):
    emulator.faults.set(["lose"], 1.0)
    payment = begun(order)
    assert (payment.status, payment.provider_id) == ("created", None)

    work(order, later=timedelta(seconds=31))

    payment.refresh_from_db()
    (there,) = get(emulator, "/payments")["payments"]
    assert (payment.status, payment.provider_id) == ("requires_action", there["id"])
    assert payment.next_action == {"type": "redirect", "url": there["url"]}


def test_callback_before_the_answer_to_a_slow_call_has_the_order_paid(
    emulator, order: Order, callbacks: CallbackTaker, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(adapter, "CALL_SECONDS", 0.2)
    emulator.faults.set(["slow"], 1.0)
    payment = begun(order)
    assert (payment.status, payment.provider_id) == ("created", None)
    (there,) = get(emulator, "/payments")["payments"]
    post(emulator, f"/payments/{there['id']}/pay")
    assert hear(callbacks) == [True]

    emulator.faults.set([], 1.0)

    assert work(order) == PAID
    payment.refresh_from_db()
    assert payment.provider_id == there["id"]


def test_dead_emulator_begins_the_payment_once_it_lives(emulator, order: Order):
    emulator.faults.set(["dead"], 1.0)
    payment = begun(order)
    work(order, later=timedelta(seconds=16))
    payment.refresh_from_db()
    assert payment.status == "created"
    emulator.faults.set([], 1.0)

    work(order, later=timedelta(minutes=8))

    payment.refresh_from_db()
    assert payment.status == "requires_action"
    assert len(get(emulator, "/payments")["payments"]) == 1


def test_less_than_was_asked_for_is_kept_and_looked_at(emulator, order: Order, callbacks: CallbackTaker):
    payment = begun(order)
    emulator.faults.set(["wrong_amount"], 1.0)
    pay(emulator, payment)
    hear(callbacks)

    assert work(order) == {
        "status": "pending",
        "payment_status": "partially_paid",
        "paid_total": "99.99",
        "needs_look": "amount_mismatch",
    }


def test_money_of_a_payment_that_cannot_be_cancelled_goes_back(
    emulator, order: Order, callbacks: CallbackTaker, customer: User
):
    PaymentMethod.objects.create(code="other", name_ru="СБП", provider="emulator", terms="prepaid")
    emulator.faults.set(["no_cancel"], 1.0)
    first, second = begun(order), begun(order, method="other")
    work(order)
    for number, payment in enumerate((first, second), start=1):
        pay(emulator, payment)
        hear(callbacks, number)
        work(order)

    payments = {
        row["id"]: (row["captured"], row["refunded"]) for row in get(emulator, "/payments")["payments"]
    }
    assert payments == {first.provider_id: ("100.00", "0.00"), second.provider_id: ("100.00", "100.00")}
    assert money_of(order)["payment_status"] == "paid"


def test_refused_refund_is_looked_at_and_not_repeated(emulator, order: Order, callbacks: CallbackTaker):
    payment = begun(order)
    pay(emulator, payment)
    hear(callbacks)
    work(order)
    emulator.faults.set(["refuse_refund"], 1.0)

    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=order.user)
    money = work(order)

    assert (money["status"], money["payment_status"]) == ("cancelled", "overpaid")
    assert money["needs_look"] == "refund_failed"
    assert get(emulator, "/refunds") == {"refunds": []}
    payment.refresh_from_db()
    assert payment.refund_blocked


def test_refunds_of_the_store_and_of_the_provider_s_pages_are_each_counted_once(
    emulator, order: Order, callbacks: CallbackTaker, staff: User
):
    payment = begun(order)
    pay(emulator, payment)
    hear(callbacks)
    work(order)
    emulator.faults.set(["lose"], 1.0)
    refund_order(order_id=order.pk, amount=Decimal("33.33"), reason="goodwill", note="", by=staff)
    work(order)
    post(emulator, f"/payments/{payment.provider_id}/refund", {"amount": "10.00"})
    emulator.faults.set([], 1.0)

    hear(callbacks, 3)
    money = work(order, later=timedelta(minutes=2))

    assert get(emulator, f"/payments/{payment.provider_id}")["refunded"] == "43.33"
    assert (money["refunded_total"], money["allowance_total"]) == ("43.33", "43.33")
    assert "needs_look" not in money
