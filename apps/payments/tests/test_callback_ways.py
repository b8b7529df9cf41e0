"""One end, whatever becomes of callbacks: often, in any order, late, never, early; and none is believed."""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from apps.jobs.models import Job
from apps.orders.models import Order
from apps.payments.models import Payment, ProviderEvent
from apps.payments.payment_emulator import PaymentEmulator
from apps.payments.providers import provider_named
from apps.payments.providers.base import PaymentRequest, PaymentSnapshot
from apps.payments.standard_webhooks import signed_headers
from apps.payments.tests.books import assert_books_agree
from apps.payments.tests.emulation import (
    SECRET,
    Callback,
    CallbackTaker,
    callback_taker,
    payment_emulator,
    post,
)
from apps.payments.tests.tills import begun, money_of, order_for, run_jobs
from apps.users.models import User
from tests.support.processes import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

MAILS = ("status_email", "payment_email", "refund_email")
AFTER_THE_FIRST_CHECK = timedelta(seconds=30 + 10)
Delivered = list[Callback]


@pytest.fixture
def callbacks() -> Iterator[CallbackTaker]:
    with callback_taker() as taker:
        yield taker


@pytest.fixture
def emulator(tmp_path: Path, settings, callbacks: CallbackTaker) -> Iterator[PaymentEmulator]:
    with payment_emulator(tmp_path, callbacks.url) as running:
        settings.PAYMENT_PROVIDERS = ["manual", "emulator"]
        settings.PAYMENT_EMULATOR_URL, settings.PAYMENT_EMULATOR_SECRET = running.url, SECRET
        yield running


def paid_and_given_back(emulator: PaymentEmulator, callbacks: CallbackTaker, number: str) -> Delivered:
    """Have the customer pay and the provider's pages give parts back; return the callbacks of all three."""
    post(emulator, f"/payments/{number}/pay").raise_for_status()
    for amount in ("10.00", "5.00"):
        post(emulator, f"/payments/{number}/refund", {"amount": amount}).raise_for_status()
    return wait_for(lambda: len(callbacks.taken) == 3 and list(callbacks.taken), seconds=10)


def deliver(callback: Callback) -> None:
    """Send it to the store, signed now, as the provider does at each sending."""
    headers = signed_headers(
        callback.body,
        message_id=callback.headers["webhook-id"],
        timestamp=int(time.time()),
        secret=SECRET,
    )
    response = APIClient().generic(
        "POST", callback.path, callback.body, content_type="application/json", headers=headers
    )
    assert (response.status_code, response.json()) == (200, {})


def mails_about(order: Order) -> Counter[str]:
    jobs = Job.objects.filter(subject__in=[f"order:{order.pk}", f"money:{order.pk}"], kind__in=MAILS)
    return Counter(jobs.values_list("kind", flat=True))


def assert_the_end(emulator: PaymentEmulator, order: Order, *, events: int) -> None:
    assert money_of(order) == {
        "status": "processing",
        "payment_status": "partially_refunded",
        "paid_total": "100.00",
        "refunded_total": "15.00",
        "allowance_total": "15.00",
    }
    assert_books_agree(emulator, Order.objects.get(pk=order.pk))
    assert mails_about(order) == {"status_email": 1}
    assert ProviderEvent.objects.count() == events


WAYS: dict[str, Callable[[Delivered], Delivered]] = {
    "once": list,
    "each ten times": lambda came: [each for each in came for _time in range(10)],
    "all ten times over": lambda came: came * 10,
    "the last first": lambda came: came[::-1],
    "shuffled": lambda came: random.Random(7).sample(came * 3, 9),
    "never": lambda came: [],
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("minutes_late", [0, 10])
def test_callbacks_come_to_one_end(
    emulator, callbacks: CallbackTaker, online, customer: User, way: str, minutes_late: int
):
    """At the latest the next check has the order paid: the first one comes after half a minute."""
    order = order_for(customer)
    came = paid_and_given_back(emulator, callbacks, begun(order).provider_id)

    delivered = WAYS[way](came)
    late = timezone.now() + timedelta(minutes=minutes_late)
    with time_machine.travel(late, tick=True):
        for number, callback in enumerate(delivered):
            deliver(callback)
            if number % 2:
                run_jobs(order, "payment_refresh")
    with time_machine.travel(
        timezone.now() + timedelta(minutes=minutes_late) + AFTER_THE_FIRST_CHECK, tick=True
    ):
        run_jobs(order)
        assert_the_end(emulator, order, events=len({each.headers["webhook-id"] for each in delivered}))


def test_callbacks_before_our_own_answer_come_to_the_same_end(
    emulator, callbacks: CallbackTaker, online, customer: User, monkeypatch: pytest.MonkeyPatch
):
    """The customer pays, and the provider tells so, while the store has yet to take in that it has begun."""
    order = order_for(customer)
    provider = provider_named("emulator")
    create = provider.create

    def create_slowly(request: PaymentRequest) -> PaymentSnapshot:
        snapshot = create(request)
        for callback in paid_and_given_back(emulator, callbacks, snapshot.provider_id):
            deliver(callback)
            run_jobs(order, "payment_refresh")
        assert money_of(order)["status"] == "processing"
        return snapshot

    monkeypatch.setattr(provider, "create", create_slowly)
    payment = begun(order)
    run_jobs(order)

    assert payment.status == "paid"
    assert_the_end(emulator, order, events=3)


def test_signed_callback_that_says_what_is_not_true_moves_nothing(
    emulator, callbacks: CallbackTaker, online, customer: User
):
    order = order_for(customer)
    number = begun(order).provider_id
    told = {**emulator.bank.payment(number), "status": "paid", "captured": "100.00"}
    body = json.dumps({"type": "payment.paid", "data": {"payment": told}}).encode()

    deliver(Callback("/api/v1/payments/callbacks/emulator/", {"webhook-id": "evt_1"}, body))
    before = money_of(order)
    run_jobs(order, "payment_refresh")

    assert (
        before
        == money_of(order)
        == {
            "status": "pending",
            "payment_status": "pending",
            "open_payments": 1,
        }
    )
    payment = Payment.objects.get()
    assert (payment.status, payment.captured, payment.provider_id) == ("requires_action", 0, number)
