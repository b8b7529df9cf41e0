"""Money on the page of an order in the admin: what it shows, and its buttons, each by a right of its own."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from apps.audit.models import AuditEntry
from apps.core.days import start_of_day, today
from apps.jobs.models import Job
from apps.orders.models import Order
from apps.orders.tests.checkout_shop import make_payment_method
from apps.payments.models import Payment, Refund
from apps.payments.services import settle_money
from apps.payments.tests.factories import make_payable, make_payment, receive
from apps.payments.tests.office import LIST, hidden, office_of, page_of, press, received, text_of, told
from apps.users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(customer: User) -> Order:
    return make_payable(customer)


@pytest.fixture
def boss(staff: User) -> Client:
    """Return the browser of somebody who may do everything."""
    return office_of(staff)


def test_page_shows_payments_and_refunds_with_what_the_provider_said(boss: Client, order: Order):
    payment = make_payment(
        order,
        status="paid",
        captured=Decimal("300.00"),
        refunded=Decimal("20.00"),
        card_brand="MIR",
        card_last4="4477",
        provider_id="pay-7",
        note="As agreed",
        refund_blocked=True,
        created_by=order.user,
    )
    Refund.objects.create(
        payment=payment, order=order, amount=Decimal("20.00"), status="succeeded", cause="external"
    )
    Refund.objects.create(
        payment=payment,
        order=order,
        amount=Decimal("30.00"),
        status="failed",
        cause="manual",
        reason="late",
        failure_code="insufficient_funds",
    )
    make_payment(order, status="failed", failure_code="card_declined", is_current=False)

    page = text_of(boss.get(page_of(order)))

    for shown in (
        f"By card emulator, for trying out paid cannot be refunded 300.00 ₽ 300.00 ₽ 20.00 ₽"
        f" MIR ···· 4477 pay-7 As agreed {order.user.username} Ask the payment service Allow refunds again",
        "failed 300.00 ₽ 0.00 ₽ 0.00 ₽ reason of the failure: card_declined — Ask the payment service",
        "By card refunded 20.00 ₽ in the provider's pages",
        "By card failed 30.00 ₽ by staff late delivery reason of the failure: insufficient_funds",
    ):
        assert shown in page


def test_received_money_is_recorded_and_the_balance_is_proposed(boss: Client, order: Order, staff: User):
    page = boss.get(page_of(order)).text
    yesterday = today() - timedelta(days=1)

    messages = press(
        boss, order, "record-payment", **received(received_on=f"{yesterday:%Y-%m-%d}", note="Statement 7")
    )

    payment = Payment.objects.get()
    assert 'name="amount" value="300.00"' in page
    assert messages == [f"Order #{order.pk}: 300.00\u00a0₽ recorded as received."]
    assert (payment.method, payment.status, payment.captured) == ("transfer", "paid", Decimal("300.00"))
    assert (payment.created_by, payment.note) == (staff, "Statement 7")
    assert payment.received_at == start_of_day(yesterday)
    order.refresh_from_db()
    assert (order.paid_total, order.payment_status, order.status) == (
        Decimal("300.00"),
        "paid",
        "processing",
    )
    assert "Statement 7" not in str(list(AuditEntry.objects.values_list("changes", flat=True)))


def test_form_that_is_sent_twice_records_once(boss: Client, order: Order):
    form = {"seen_money": hidden(boss.get(page_of(order)).text, "seen_money"), **received("100.00")}

    boss.post(f"{LIST}{order.pk}/record-payment/", form)
    again = boss.post(f"{LIST}{order.pk}/record-payment/", form, follow=True)

    assert told(again)[-1] == (
        f"Order #{order.pk}: The order’s money has changed after you opened the page. Nothing was done."
    )
    assert Payment.objects.get().captured == Decimal("100.00")


def test_refund_that_is_sent_twice_is_begun_once(boss: Client, order: Order, staff: User):
    receive(order, "300.00", by=staff)
    page = boss.get(page_of(order)).text
    form = {"seen_money": hidden(page, "seen_money"), "amount": "40", "reason": "goodwill", "note": "Sorry"}

    first = boss.post(f"{LIST}{order.pk}/refund/", form, follow=True)
    boss.post(f"{LIST}{order.pk}/refund/", form)

    refund = Refund.objects.get()
    assert told(first) == [
        f"Order #{order.pk}: A refund of 40.00\u00a0₽ has begun. Send the money, then confirm the refund."
    ]
    assert (refund.amount, refund.status, refund.cause) == (Decimal("40.00"), "pending", "manual")
    assert (refund.reason, refund.note, refund.created_by) == ("goodwill", "Sorry", staff)


def test_more_than_can_be_given_back_is_refused(boss: Client, order: Order, staff: User):
    receive(order, "100.00", by=staff)

    messages = press(boss, order, "refund", amount="100.01", reason="other")

    assert "Can be given back: 100.00 ₽" in text_of(boss.get(page_of(order)))
    assert messages == [f"Order #{order.pk}: This is more than can be given back."]
    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    ("outcome", "status", "refunded", "message"),
    [
        ("confirm", "succeeded", "40.00", "The refund is confirmed."),
        ("fail", "failed", "0.00", "The refund is marked as failed."),
    ],
)
def test_refund_by_hand_is_decided_once(
    boss: Client, order: Order, staff: User, outcome: str, status: str, refunded: str, message: str
):
    receive(order, "300.00", by=staff)
    press(boss, order, "refund", amount="40.00", reason="defect")
    refund = Refund.objects.get()
    form = {"uid": refund.uid, "outcome": outcome, "note": "Statement 8"}

    first = told(boss.post(f"{LIST}{order.pk}/decide-refund/", form, follow=True))
    second = told(boss.post(f"{LIST}{order.pk}/decide-refund/", form, follow=True))

    refund.refresh_from_db()
    order.refresh_from_db()
    assert first == [f"Order #{order.pk}: {message}"]
    assert second == [f"Order #{order.pk}: This refund does not wait to be confirmed."]
    assert (refund.status, refund.note) == (status, "Statement 8")
    assert order.refunded_total == Decimal(refunded)


def test_open_payment_is_given_up_once_and_audited(boss: Client, order: Order, staff: User):
    payment = make_payment(order, provider="manual", method="transfer")

    first = press(boss, order, "give-up-payment", uid=payment.uid)
    second = press(boss, order, "give-up-payment", uid=payment.uid)

    payment.refresh_from_db()
    entry = AuditEntry.objects.get(target_kind="payments.payment")
    assert first == [f"Order #{order.pk}: The payment is given up."]
    assert second == [f"Order #{order.pk}: This payment is already over."]
    assert (payment.status, payment.is_current) == ("cancelled", False)
    assert entry.actor == staff
    assert entry.changes == {"status": ["pending", "cancelled"], "is_current": [True, False]}


def test_nobody_is_asked_about_a_payment_by_hand(boss: Client, order: Order):
    payment = make_payment(order, provider="manual", method="transfer")

    assert "Ask the payment service" not in text_of(boss.get(page_of(order)))
    assert press(boss, order, "ask-provider", uid=payment.uid) == [
        f"Order #{order.pk}: Nobody can be asked about this payment."
    ]


def test_refused_payment_can_be_refunded_again(boss: Client, order: Order):
    payment = make_payment(
        order, provider="manual", status="paid", captured=Decimal("300.00"), refund_blocked=True
    )

    assert press(boss, order, "unblock-refunds", uid=payment.uid) == [
        f"Order #{order.pk}: The payment can be refunded again."
    ]
    payment.refresh_from_db()
    assert payment.refund_blocked is False


def test_debt_does_not_end_by_being_looked_at(boss: Client, order: Order):
    make_payment(order, status="paid", captured=Decimal("400.00"), provider_id="pay-7", refund_blocked=True)
    settle_money(order.pk)
    order.refresh_from_db()

    press(boss, order, "looked-into")
    looked = Order.objects.get(pk=order.pk).needs_look
    job = Job.objects.get(kind="settle_money", subject=f"money:{order.pk}")
    settle_money(**job.arguments)

    assert (order.needs_look, looked, Order.objects.get(pk=order.pk).needs_look) == ("owed", "", "owed")


def test_look_is_cleared_if_its_reason_is_still_the_one_that_was_shown(boss: Client, order: Order):
    order.needs_look = "owed"
    Order.objects.filter(pk=order.pk).update(needs_look="owed")
    page = text_of(boss.get(page_of(order)))
    stale = told(boss.post(f"{LIST}{order.pk}/looked-into/", {f"seen_{order.pk}": "stuck"}, follow=True))
    kept = Order.objects.get(pk=order.pk).needs_look

    messages = press(boss, order, "looked-into")

    assert "Needs a look: money is owed and cannot be given back I have looked into it" in page
    assert stale == [
        f"Order #{order.pk}: “needs a look” was changed after you opened the page. It is now “owed”."
    ]
    assert (kept, Order.objects.get(pk=order.pk).needs_look) == ("owed", "")
    assert messages == [f"Order #{order.pk}: Noted that somebody has looked into it."]


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"amount": "0"}, "Amount: Ensure this value is greater than or equal to 0.01."),
        ({"amount": "x"}, "Amount: Enter a number."),
        ({"amount": "1e2"}, "Amount: Enter a number."),
        ({"method": "card"}, "Payment method: "),
        ({"received_on": "2999-01-01"}, "Received on: This day is still to come."),
        ({"note": "x" * 1001}, "Note: Ensure this value has at most 1000 characters (it has 1001)."),
    ],
    ids=str,
)
def test_what_cannot_be_recorded_is_refused(boss: Client, order: Order, values: dict, refusal: str):
    make_payment_method("card", provider="emulator")

    [message] = press(boss, order, "record-payment", **received(**values))

    assert message.startswith(f"Order #{order.pk}: {refusal}")
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("button", "values"),
    [
        ("decide-refund", {"uid": "x", "outcome": "confirm"}),
        ("give-up-payment", {}),
        ("ask-provider", {"uid": "8c0e0000-0000-4000-8000-000000000000"}),
    ],
    ids=str,
)
def test_what_the_order_does_not_have_is_not_found(boss: Client, order: Order, button: str, values: dict):
    assert boss.post(f"{LIST}{order.pk}/{button}/", values).status_code == 404
