"""The adapter of Stripe: what it asks, and what it makes of each answer."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.payments.providers.base import (
    PaymentRequest,
    PaymentSnapshot,
    ProviderRefused,
    ProviderUnavailable,
    RefundRequest,
)
from apps.payments.providers.stripe import Stripe
from apps.payments.statuses import PaymentState, RefundState
from apps.payments.tests.fake_stripe import FakeStripe
from apps.payments.tests.stripe_account import stripe_account  # noqa: F401  a fixture

pytestmark = pytest.mark.django_db

stripe = Stripe()


def requested(**values: object) -> PaymentRequest:
    known = {
        "uid": uuid4(),
        "order_id": 42,
        "amount": Decimal("1430.05"),
        "currency": "EUR",
        "description": "Order #42",
        "return_url": "https://shop.example/orders/42",
        "language": "en",
    }
    return PaymentRequest(**{**known, **values})


def refund_of(payment: PaymentSnapshot, amount: str = "10.00") -> RefundRequest:
    return RefundRequest(
        uid=uuid4(),
        payment_uid=payment.uid or uuid4(),
        provider_id=payment.provider_id,
        amount=Decimal(amount),
        currency=payment.currency,
    )


def paid(account: FakeStripe, **values: object) -> PaymentSnapshot:
    session = stripe.create(requested(**values)).provider_id
    account.pay(session)
    return stripe.fetch(session)


def test_payment_begins_as_a_session_of_one_line(account: FakeStripe):
    request = requested()

    begun = stripe.create(request)

    session = account.sessions[begun.provider_id]
    assert account.forms[-1] == {
        "mode": "payment",
        "client_reference_id": "42",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "eur",
        "line_items[0][price_data][unit_amount]": "143005",
        "line_items[0][price_data][product_data][name]": "Order #42",
        "success_url": "https://shop.example/orders/42",
        "cancel_url": "https://shop.example/orders/42",
        "locale": "en",
        "adaptive_pricing[enabled]": "false",
        "expand[]": "payment_intent.latest_charge",
        "metadata[order_id]": "42",
        "metadata[uid]": str(request.uid),
        "payment_intent_data[metadata][order_id]": "42",
        "payment_intent_data[metadata][uid]": str(request.uid),
    }
    assert account.versions == {"2025-04-30.basil"}
    assert begun == PaymentSnapshot(
        provider_id=session["id"],
        uid=request.uid,
        status=PaymentState.REQUIRES_ACTION,
        amount=Decimal("1430.05"),
        captured=Decimal("0.00"),
        refunded=Decimal("0.00"),
        currency="EUR",
        next_action={"type": "redirect", "url": session["url"]},
        expires_at=datetime.fromtimestamp(session["created"] + 24 * 60 * 60, UTC),
    )


@pytest.mark.parametrize(
    ("ends_in", "told"),
    [
        (None, None),
        (timedelta(days=3), None),  # Stripe ends it after a day by itself
        (timedelta(hours=23), None),
        (timedelta(hours=22, minutes=59), timedelta(hours=22, minutes=59)),
        (timedelta(minutes=30), timedelta(minutes=45)),
        (timedelta(minutes=-5), timedelta(minutes=45)),
    ],
)
def test_session_ends_with_the_order_within_what_stripe_allows(account: FakeStripe, ends_in, told):
    now = timezone.now().replace(microsecond=0)

    stripe.create(requested(begun_at=now, expires_at=now + ends_in if ends_in else None))

    expected = str(int((now + told).timestamp())) if told else None
    assert account.forms[-1].get("expires_at") == expected


def test_repeated_call_says_the_same_and_gives_the_same_session(account: FakeStripe):
    begun_at = timezone.now() - timedelta(minutes=10)
    request = requested(begun_at=begun_at, expires_at=begun_at + timedelta(minutes=30))

    first = stripe.create(request)
    account.pay(first.provider_id)

    assert stripe.create(request) == first  # the old story: only `fetch` tells the truth
    assert len(account.sessions) == 1


@pytest.mark.parametrize("cents", ["0.50", "0.57", "19.99", "1.10", "4.35", "9999999999999.99"])
def test_money_is_exact_to_the_cent(account: FakeStripe, cents):
    payment = paid(account, amount=Decimal(cents))

    assert account.sessions[payment.provider_id]["amount_total"] == int(cents.replace(".", ""))
    assert (payment.amount, payment.captured) == (Decimal(cents), Decimal(cents))


def test_paid_session_tells_the_money_and_the_card(account: FakeStripe):
    payment = paid(account)

    assert (payment.status, payment.captured, payment.refunded) == ("paid", Decimal("1430.05"), 0)
    assert (payment.card_brand, payment.card_last4, payment.next_action) == ("visa", "4242", None)
    assert payment.is_uncaptured is False


def test_declined_card_leaves_the_page_open(account: FakeStripe):
    session = stripe.create(requested()).provider_id
    account.decline(session)

    payment = stripe.fetch(session)

    assert (payment.status, payment.failure_code) == ("requires_action", "insufficient_funds")
    assert payment.next_action["url"] == account.sessions[session]["url"]


def test_debit_is_pending_for_days_and_then_paid_or_failed(account: FakeStripe):
    first, second = (stripe.create(requested()).provider_id for _ in "12")
    account.debit(first)
    account.debit(second)
    pending = stripe.fetch(first)
    account.debit_comes(first)
    account.debit_fails(second)

    created = datetime.fromtimestamp(account.sessions[first]["created"], UTC)
    assert (pending.status, pending.captured, pending.next_action) == ("pending", 0, None)
    assert pending.expires_at == created + timedelta(days=21)  # the page is closed, the money on its way
    assert (stripe.fetch(first).status, stripe.fetch(first).captured) == ("paid", Decimal("1430.05"))
    failed = stripe.fetch(second)
    assert (failed.status, failed.failure_code) == ("failed", "payment_method_customer_decline")


def test_authorised_money_is_pending_and_somebody_has_to_look(account: FakeStripe):
    session = stripe.create(requested()).provider_id
    account.authorise(session)

    payment = stripe.fetch(session)

    assert (payment.status, payment.captured, payment.is_uncaptured) == ("pending", 0, True)


def test_session_is_expired_to_cancel_it_once_or_twice(account: FakeStripe):
    session = stripe.create(requested()).provider_id

    stripe.cancel(session, key="cancel")
    with pytest.raises(ProviderRefused):
        stripe.cancel(session, key="cancel")

    payment = stripe.fetch(session)
    assert (payment.status, payment.next_action) == ("expired", None)


def test_complete_session_cannot_be_cancelled(account: FakeStripe):
    payment = paid(account)

    with pytest.raises(ProviderRefused, match=r"^invalid_request_error$"):
        stripe.cancel(payment.provider_id, key="cancel")

    assert stripe.fetch(payment.provider_id).status == "paid"


def test_payments_are_listed_page_by_page_without_what_is_no_payment(account: FakeStripe):
    requests = [requested() for _ in range(103)]
    sessions = [stripe.create(each).provider_id for each in requests]
    account.sessions[sessions[50]]["mode"] = "setup"
    account.sessions[sessions[0]]["created"] -= 3600
    account.pay(sessions[-1])
    account.calls.clear()

    found = list(stripe.payments_since(timezone.now() - timedelta(minutes=1)))

    expected = [request.uid for request in requests[1:50] + requests[51:]]
    assert [payment.uid for payment in found] == expected[::-1]
    assert found[0].captured == Decimal("1430.05")
    assert account.calls == [("GET", "/v1/checkout/sessions")] * 3


def test_payment_is_found_by_its_uid(account: FakeStripe):
    request = requested()
    begun = stripe.create(request)
    stripe.create(requested())
    since = timezone.now() - timedelta(minutes=1)

    assert stripe.find(request.uid, since) == begun
    assert stripe.find(uuid4(), since) is None


def test_session_of_somebody_else_has_no_uid_of_ours(account: FakeStripe):
    session = stripe.create(requested()).provider_id
    account.sessions[session]["metadata"] = {"uid": "cart-7"}

    assert stripe.fetch(session).uid is None


def test_refund_is_made_once_for_its_uid(account: FakeStripe):
    payment = paid(account)
    request = refund_of(payment, "30.01")

    first, second = stripe.refund(request), stripe.refund(request)

    assert first == second == stripe.fetch_refund(first.provider_id)
    assert (first.uid, first.status, first.amount, first.currency) == (
        request.uid,
        RefundState.SUCCEEDED,
        Decimal("30.01"),
        "EUR",
    )
    assert stripe.refunds_of(payment.provider_id) == [first]
    assert account.refunds[first.provider_id]["metadata"] == {
        "uid": str(request.uid),
        "payment_uid": str(payment.uid),
    }
    assert stripe.fetch(payment.provider_id).refunded == Decimal("30.01")


@pytest.mark.parametrize(
    ("status", "expected"),
    [("pending", "pending"), ("requires_action", "pending"), ("canceled", "failed"), ("failed", "failed")],
)
def test_refund_that_is_not_made_counts_nothing(account: FakeStripe, status, expected):
    payment = paid(account)
    account.refund_status = status

    refund = stripe.refund(refund_of(payment))

    assert refund.status == expected
    assert refund.failure_code == ("" if expected == "pending" else status)
    assert stripe.fetch(payment.provider_id).refunded == Decimal("0.00")


def test_refund_that_the_bank_sends_back_is_failed(account: FakeStripe):
    payment = paid(account)
    kept, lost = (stripe.refund(refund_of(payment, amount)) for amount in ("1.00", "2.00"))
    account.fail_refund(lost.provider_id)

    refunds = {each.provider_id: each for each in stripe.refunds_of(payment.provider_id)}

    assert refunds[lost.provider_id].status == RefundState.FAILED
    assert refunds[lost.provider_id].failure_code == "expired_or_canceled_card"
    assert refunds[kept.provider_id].status == RefundState.SUCCEEDED
    assert stripe.fetch(payment.provider_id).refunded == Decimal("1.00")


def test_nothing_is_given_back_of_what_nobody_paid(account: FakeStripe):
    begun = stripe.create(requested())

    with pytest.raises(ProviderRefused, match=r"^nothing_paid$"):
        stripe.refund(refund_of(begun))

    assert stripe.refunds_of(begun.provider_id) == []


def test_more_than_is_left_is_refused(account: FakeStripe):
    payment = paid(account)
    stripe.refund(refund_of(payment, "1430.05"))

    with pytest.raises(ProviderRefused, match=r"^charge_already_refunded$"):
        stripe.refund(refund_of(payment, "0.01"))


def test_store_without_the_right_key_learns_nothing(account: FakeStripe, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_other"

    with pytest.raises(ProviderUnavailable, match="401"):
        stripe.create(requested())

    assert account.sessions == {}
