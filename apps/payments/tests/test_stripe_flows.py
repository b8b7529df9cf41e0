"""Payments by Stripe from the click to the money, and back, with its faults and its events."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.orders.models import Order
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.payments.exceptions import PaymentRefused
from apps.payments.models import Payment, ProviderEvent, Refund
from apps.payments.services import refund_order, start_payment
from apps.payments.tests.fake_stripe import FakeStripe
from apps.payments.tests.stripe_account import stripe_account  # noqa: F401  a fixture
from apps.payments.tests.stripe_server import SECRET, event, signature
from apps.payments.tests.stripe_shop import order_by_card, paid, send, start, told, work
from apps.users.models import User

# With real transactions: no call to Stripe may be made inside of one.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order(customer: User, account: FakeStripe) -> Order:
    """Return an order of 300.00 that waits for half an hour to be paid by card."""
    return order_by_card(customer)


def state(order: Order) -> tuple[str, str, Decimal, Decimal]:
    order.refresh_from_db()
    return order.status, order.payment_status, order.paid_total, order.refunded_total


def test_customer_pays_and_the_order_is_processed(order: Order, account: FakeStripe):
    payment = start(order).payment
    session = account.sessions[payment.provider_id]
    assert (payment.status, payment.next_action) == (
        "requires_action",
        {"type": "redirect", "url": session["url"]},
    )
    assert session["metadata"] == {"order_id": str(order.pk), "uid": str(payment.uid)}
    account.pay(session["id"])

    is_ours = told("checkout.session.completed", session)

    payment.refresh_from_db()
    assert is_ours
    assert (payment.status, payment.captured, payment.card_brand, payment.card_last4) == (
        "paid",
        Decimal("300.00"),
        "visa",
        "4242",
    )
    assert state(order) == ("processing", "paid", Decimal("300.00"), 0)
    assert order.needs_look == ""


def test_event_that_comes_again_moves_nothing_and_still_asks(order: Order, account: FakeStripe):
    session = account.sessions[start(order).payment.provider_id]
    told("checkout.session.completed", session)  # forged or too early: nothing is paid yet
    assert state(order) == ("pending", "pending", 0, 0)
    account.pay(session["id"])

    for _ in range(3):
        told("checkout.session.completed", session)

    assert state(order) == ("processing", "paid", Decimal("300.00"), 0)
    assert ProviderEvent.objects.count() == 1


def test_without_any_event_the_store_asks_by_itself(order: Order, account: FakeStripe):
    account.pay(start(order).payment.provider_id)

    work(later=timedelta(seconds=31))

    assert state(order) == ("processing", "paid", Decimal("300.00"), 0)


@pytest.mark.parametrize("kind", ["payment_intent.succeeded", "charge.succeeded"])
def test_event_of_the_money_finds_its_payment(order: Order, account: FakeStripe, kind):
    session = account.sessions[start(order).payment.provider_id]
    account.pay(session["id"])
    intent = account.intents[session["payment_intent"]]
    thing = intent if kind.startswith("payment_intent") else account.charges[intent["latest_charge"]]

    assert told(kind, thing)

    assert state(order) == ("processing", "paid", Decimal("300.00"), 0)


def test_event_of_another_account_is_not_ours(order: Order, account: FakeStripe):
    start(order)

    assert not told("charge.succeeded", {"id": "ch_9", "object": "charge", "metadata": {}})
    assert not told("balance.available", {"object": "balance"})
    assert ProviderEvent.objects.count() == 0


def test_forged_event_is_refused_and_nobody_is_asked(order: Order, account: FakeStripe):
    session = account.sessions[start(order).payment.provider_id]
    account.pay(session["id"])
    body = event("checkout.session.completed", session)
    account.calls.clear()

    forged = [
        send(body, signature(body, "whsec_other")),
        send(body, ""),
        send(b"{}", signature(b"{}", SECRET)),
    ]
    work()

    assert [(each.status_code, each.json()["code"]) for each in forged] == [(400, "callback_invalid")] * 3
    assert (account.calls, ProviderEvent.objects.count()) == ([], 0)
    assert state(order) == ("pending", "pending", 0, 0)


@pytest.mark.parametrize("fault", ["lost", "half"])
def test_payment_whose_answer_is_lost_is_found(order: Order, account: FakeStripe, fault):
    account.faults = [fault]
    payment = start(order).payment
    assert (payment.status, payment.provider_id) == ("created", None)

    work(later=timedelta(seconds=16))

    payment.refresh_from_db()
    assert (payment.status, payment.provider_id) == ("requires_action", *account.sessions)


def test_payment_that_stripe_failed_to_begin_is_never_begun_twice(order: Order, account: FakeStripe):
    account.faults = ["broken"]  # which it repeats for the same key
    payment = start(order).payment

    work(later=timedelta(seconds=16))
    work(later=timedelta(hours=1))
    payment.refresh_from_db()
    assert (payment.status, account.sessions) == ("created", {})
    work(later=timedelta(hours=21))

    payment.refresh_from_db()
    assert (payment.status, payment.failure_code, account.sessions) == ("expired", "never_confirmed", {})


def test_stripe_that_is_away_begins_the_payment_when_it_is_back(order: Order, account: FakeStripe):
    account.is_away = True
    payment = start(order).payment
    work(later=timedelta(seconds=16))
    account.is_away = False

    work(later=timedelta(minutes=10))

    payment.refresh_from_db()
    assert (payment.status, len(account.sessions)) == ("requires_action", 1)


def test_page_that_would_close_too_soon_is_not_opened_any_more(order: Order, account: FakeStripe):
    account.is_away = True
    payment = start(order).payment
    work(later=timedelta(seconds=16))
    account.is_away = False

    work(later=timedelta(minutes=20))  # 25 minutes before its end, of which Stripe wants 30

    payment.refresh_from_db()
    assert (payment.status, account.sessions) == ("failed", {})
    assert start(order).is_new


def test_refused_payment_is_told_with_the_reason(order: Order, account: FakeStripe):
    with pytest.raises(PaymentRefused) as refused:
        start_payment(order_id=order.pk, method="card", return_url="myshop://done", by=order.user)

    assert refused.value.failure_code == "url_invalid"
    assert Payment.objects.get().status == "failed"
    assert start(order).is_new


def test_unpaid_order_ends_with_its_session(order: Order, account: FakeStripe):
    payment = start(order).payment

    work(later=timedelta(minutes=31))
    work(later=timedelta(minutes=32))

    payment.refresh_from_db()
    assert account.sessions[payment.provider_id]["status"] == "expired"
    assert payment.status == "expired"
    assert state(order) == ("cancelled", "not_due", 0, 0)


def test_debit_keeps_its_order_until_the_money_has_come(order: Order, account: FakeStripe):
    session = account.sessions[start(order).payment.provider_id]
    account.debit(session["id"])
    told("checkout.session.completed", session)

    work(later=timedelta(days=3))
    assert state(order) == ("pending", "pending", 0, 0)
    account.debit_comes(session["id"])
    told("checkout.session.async_payment_succeeded", session, "evt_2")

    assert state(order) == ("processing", "paid", Decimal("300.00"), 0)


def test_debit_that_fails_lets_the_customer_pay_otherwise(order: Order, account: FakeStripe):
    payment = start(order).payment
    session = account.sessions[payment.provider_id]
    account.debit(session["id"])
    account.debit_fails(session["id"])

    told("checkout.session.async_payment_failed", session)

    payment.refresh_from_db()
    assert (payment.status, payment.failure_code) == ("failed", "payment_method_customer_decline")
    assert state(order) == ("pending", "unpaid", 0, 0)
    assert start(order).is_new


def test_authorised_money_is_looked_at(order: Order, account: FakeStripe):
    session = account.sessions[start(order).payment.provider_id]
    account.authorise(session["id"])

    told("checkout.session.completed", session)

    assert state(order) == ("pending", "pending", 0, 0)
    assert order.needs_look == "uncaptured"


def test_cancelled_order_gets_its_money_back(order: Order, account: FakeStripe):
    paid(order, account)

    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=order.user)
    work()

    assert state(order) == ("cancelled", "refunded", Decimal("300.00"), Decimal("300.00"))
    assert [(each["amount"], each["status"]) for each in account.refunds.values()] == [(30000, "succeeded")]


@pytest.mark.parametrize("fault", ["lost", "half"])
def test_refund_whose_answer_is_lost_is_made_once(order: Order, account: FakeStripe, staff: User, fault):
    paid(order, account)
    account.faults = [fault]

    refund_order(order_id=order.pk, amount=Decimal("100.01"), reason="goodwill", note="", by=staff)
    work()

    assert [each["amount"] for each in account.refunds.values()] == [10001]
    assert state(order) == ("processing", "partially_refunded", Decimal("300.00"), Decimal("100.01"))


def test_refund_in_the_dashboard_is_counted_once(order: Order, account: FakeStripe):
    session = paid(order, account)
    made = account.refund(session["payment_intent"], 5000)
    charge = account.charges[made["charge"]]

    told("refund.created", made, "evt_2")  # which names no payment of ours
    assert state(order)[3] == 0
    told("charge.refunded", charge, "evt_3")
    told("charge.refunded", charge, "evt_4")

    assert state(order) == ("processing", "partially_refunded", Decimal("300.00"), Decimal("50.00"))
    refund = Refund.objects.get()
    assert (refund.cause, refund.provider_id, refund.amount) == ("external", made["id"], Decimal("50.00"))


def test_refund_that_the_bank_sends_back_is_owed_again(order: Order, account: FakeStripe):
    paid(order, account)
    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=order.user)
    work()
    made = next(iter(account.refunds.values()))
    account.fail_refund(made["id"])

    told("refund.failed", made, "evt_2")

    refund = Refund.objects.get()
    assert (refund.status, refund.failure_code) == ("failed", "expired_or_canceled_card")
    assert state(order) == ("cancelled", "overpaid", Decimal("300.00"), 0)
    assert order.needs_look == "refund_failed"
    assert Payment.objects.get().refund_blocked
