"""Stripe out of order: what is not known is never taken for a no, and nothing is done twice."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.orders.tests.raw_servers import serving as raw_server
from apps.payments.providers.base import ProviderRefused, ProviderUnavailable
from apps.payments.tests.fake_stripe import FakeStripe
from apps.payments.tests.stripe_account import stripe_account  # noqa: F401  a fixture
from apps.payments.tests.test_stripe import paid, refund_of, requested, stripe

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("fault", ["broken", "half", "lost", "busy", "conflict"])
def test_faults_are_not_a_no(account: FakeStripe, fault):
    account.faults = [fault]

    with pytest.raises(ProviderUnavailable):
        stripe.create(requested())

    assert len(account.sessions) == (fault in ("half", "lost"))


def test_lost_answer_comes_with_the_same_key(account: FakeStripe):
    account.faults, request = ["lost"], requested()
    with pytest.raises(ProviderUnavailable):
        stripe.create(request)

    again = stripe.create(request)

    assert list(account.sessions) == [again.provider_id]


def test_stored_fault_comes_again_so_that_the_session_is_looked_for(account: FakeStripe):
    account.faults, request = ["half"], requested()
    for _ in "12":
        with pytest.raises(ProviderUnavailable):
            stripe.create(request)

    found = stripe.find(request.uid, timezone.now() - timedelta(minutes=1))

    assert stripe.replays_errors is True
    assert found is not None
    assert list(account.sessions) == [found.provider_id]


def test_key_that_was_used_for_something_else_is_not_a_no(account: FakeStripe):
    request = requested()
    stripe.create(request)

    with pytest.raises(ProviderUnavailable):
        stripe.create(requested(uid=request.uid, amount=Decimal("2.00")))


@pytest.mark.parametrize("fault", ["half", "lost"])
def test_refund_is_found_after_a_fault(account: FakeStripe, fault):
    payment = paid(account)
    account.faults, request = [fault], refund_of(payment)

    refund = stripe.refund(request)

    assert list(account.refunds) == [refund.provider_id]
    assert refund.uid == request.uid


def test_refund_that_was_not_made_by_a_fault_stays_unknown(account: FakeStripe):
    payment = paid(account)
    stripe.refund(refund_of(payment, "5.00"))
    account.faults = ["broken"]

    with pytest.raises(ProviderUnavailable):
        stripe.refund(refund_of(payment))

    assert len(account.refunds) == 1


def test_fault_of_a_cancellation_is_not_remembered(account: FakeStripe):
    session = stripe.create(requested()).provider_id
    account.faults = ["broken"]
    with pytest.raises(ProviderUnavailable):
        stripe.cancel(session, key="cancel")

    stripe.cancel(session, key="cancel")

    assert account.sessions[session]["status"] == "expired"


def test_amount_that_is_too_small_is_a_no(account: FakeStripe):
    with pytest.raises(ProviderRefused, match=r"^amount_too_small$"):
        stripe.create(requested(amount=Decimal("0.49")))


def test_address_of_an_app_is_a_no(account: FakeStripe):
    with pytest.raises(ProviderRefused, match=r"^url_invalid$"):
        stripe.create(requested(return_url="myshop://paid"))


@pytest.mark.parametrize("call", [stripe.fetch, stripe.fetch_refund, stripe.refunds_of])
def test_what_is_not_there_is_a_no(account: FakeStripe, call):
    with pytest.raises(ProviderRefused, match=r"^resource_missing$"):
        call("other")


def test_number_of_an_object_leads_nowhere_else(account: FakeStripe):
    with pytest.raises(ProviderRefused):
        stripe.fetch("../../v1/refunds?payment_intent=pi_1")

    assert account.calls == [("GET", "/v1/checkout/sessions/..%2F..%2Fv1%2Frefunds%3Fpayment_intent%3Dpi_1")]


def test_stripe_that_is_away_is_not_known_of(account: FakeStripe, settings):
    account.is_away = True
    with pytest.raises(ProviderUnavailable, match="503"):
        stripe.fetch("cs_test_1")

    settings.STRIPE_API_URL = "http://127.0.0.1:9"
    with pytest.raises(ProviderUnavailable, match=r"^Stripe cannot be asked: ConnectionError$"):
        stripe.fetch("cs_test_1")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("200 OK", b"<html>"),
        ("200 OK", b"[]"),
        ("200 OK", b'{"id": "cs_test_1"}'),
        ("200 OK", b'{"data": 7}'),
        ("302 Found", b"{}"),
        ("400 Bad Request", b"{}"),
        ("404 Not Found", b"<html>"),
        ("400 Bad Request", b'{"error": "no"}'),
    ],
)
def test_answer_that_cannot_be_read_is_none(settings, status, body):
    def answer(connection, _number):
        connection.recv(4096)
        head = f"HTTP/1.1 {status}\r\nLocation: /\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode() + body)

    with raw_server(answer) as server:
        settings.STRIPE_API_URL = f"http://127.0.0.1:{server.port}"

        with pytest.raises(ProviderUnavailable):
            stripe.fetch("cs_test_1")
        with pytest.raises(ProviderUnavailable):
            list(stripe.payments_since(timezone.now()))
