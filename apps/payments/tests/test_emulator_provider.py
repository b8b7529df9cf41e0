"""The adapter of the payment emulator asks it, and understands its answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import responses

from apps.payments.payment_emulator import PaymentEmulator
from apps.payments.providers import provider_named
from apps.payments.providers.base import (
    PaymentRequest,
    PaymentSnapshot,
    Provider,
    ProviderRefused,
    ProviderUnavailable,
    RefundRequest,
)
from apps.payments.statuses import PaymentState, RefundState
from apps.payments.tests.emulation import SECRET, get, payment_emulator, post

UID = UUID("8c0e44a8-6c0f-4b8b-9b1a-2f4a1f6f4f10")
URL = "http://provider.example"


@pytest.fixture
def emulator(tmp_path: Path, settings) -> Iterator[PaymentEmulator]:
    """Return an emulator without faults, whose address and secret the store has."""
    with payment_emulator(tmp_path) as emulator:
        settings.PAYMENT_EMULATOR_URL, settings.PAYMENT_EMULATOR_SECRET = emulator.url, SECRET
        yield emulator


@pytest.fixture
def provider() -> Provider:
    """Return the adapter."""
    return provider_named("emulator")


@pytest.fixture
def answers(settings) -> Iterator[responses.RequestsMock]:
    """Answer in the emulator's place; a test says what."""
    settings.PAYMENT_EMULATOR_URL = URL
    with responses.RequestsMock() as http:
        yield http


def wanted(uid: UUID = UID, **changes) -> PaymentRequest:
    request = {
        "uid": uid,
        "order_id": 42,
        "amount": Decimal("1430.00"),
        "currency": "RUB",
        "description": "Заказ № 42",
        "return_url": "https://shop.example/orders/42",
        "language": "ru",
    }
    return PaymentRequest(**request | changes)


def refund_of(payment: PaymentSnapshot, amount: str, uid: UUID) -> RefundRequest:
    return RefundRequest(uid, UID, payment.provider_id, Decimal(amount), "RUB")


def test_payment_is_begun_once_and_leads_the_customer_to_the_page(
    emulator: PaymentEmulator, provider: Provider
):
    expires_at = datetime.now(UTC) + timedelta(minutes=30)

    payment, again = [provider.create(wanted(expires_at=expires_at)) for _time in range(2)]

    assert payment == again
    assert payment == PaymentSnapshot(
        provider_id=payment.provider_id,
        uid=UID,
        status=PaymentState.REQUIRES_ACTION,
        amount=Decimal("1430.00"),
        captured=Decimal("0.00"),
        refunded=Decimal("0.00"),
        currency="RUB",
        next_action={"type": "redirect", "url": f"{emulator.url}/pay/{payment.provider_id}"},
        expires_at=expires_at,
    )
    (kept,) = get(emulator, "/payments")["payments"]
    assert (kept["description"], kept["metadata"]) == ("Заказ № 42", {"order_id": 42, "uid": str(UID)})
    assert kept["return_url"] == "https://shop.example/orders/42"
    assert provider.fetch(payment.provider_id) == payment


@pytest.mark.parametrize(
    ("what", "status", "captured", "failure_code", "card"),
    [
        ("pay", PaymentState.PAID, "1430.00", "", ("visa", "4242")),
        ("decline", PaymentState.FAILED, "0.00", "declined", ("", "")),
        ("expire", PaymentState.EXPIRED, "0.00", "", ("", "")),
    ],
)
def test_what_the_customer_did_is_told(
    emulator: PaymentEmulator,
    provider: Provider,
    what: str,
    status: PaymentState,
    captured: str,
    failure_code: str,
    card: tuple[str, str],
):
    begun = provider.create(wanted())
    post(emulator, f"/payments/{begun.provider_id}/{what}")

    payment = provider.fetch(begun.provider_id)

    assert (payment.status, payment.captured, payment.failure_code) == (
        status,
        Decimal(captured),
        failure_code,
    )
    assert (payment.card_brand, payment.card_last4) == card
    assert (payment.next_action, payment.uid) == (None, UID)


def test_payment_is_cancelled_unless_it_is_paid(emulator: PaymentEmulator, provider: Provider):
    cancelled, paid = provider.create(wanted()), provider.create(wanted(uuid4()))
    post(emulator, f"/payments/{paid.provider_id}/pay")

    provider.cancel(cancelled.provider_id, key=f"cancel:{UID}")
    with pytest.raises(ProviderRefused) as refused:
        provider.cancel(paid.provider_id, key="cancel:other")

    assert refused.value.code == "not_cancellable"
    assert provider.fetch(cancelled.provider_id).status == PaymentState.CANCELLED
    assert provider.fetch(paid.provider_id).status == PaymentState.PAID


def test_payments_are_found_by_our_uid_through_all_pages(emulator: PaymentEmulator, provider: Provider):
    since = datetime.now(UTC)
    uids = [uuid4() for _number in range(101)]
    payments = [provider.create(wanted(uid)) for uid in uids]

    assert list(provider.payments_since(since)) == payments
    assert provider.find(uids[-1], since) == payments[-1]
    assert provider.find(uuid4(), since) is None
    assert list(provider.payments_since(datetime.now(UTC))) == []


def test_refund_is_made_once_and_listed_beside_those_of_the_provider_s_pages(
    emulator: PaymentEmulator, provider: Provider
):
    payment, uid = provider.create(wanted()), uuid4()
    post(emulator, f"/payments/{payment.provider_id}/pay")

    refund, again = [provider.refund(refund_of(payment, "30.00", uid)) for _time in range(2)]
    post(emulator, f"/payments/{payment.provider_id}/refund", {"amount": "0.50"})

    assert refund == again == provider.fetch_refund(refund.provider_id)
    assert (refund.uid, refund.status, refund.amount) == (uid, RefundState.SUCCEEDED, Decimal("30.00"))
    ours, theirs = provider.refunds_of(payment.provider_id)
    assert (ours, theirs.uid, theirs.amount) == (refund, None, Decimal("0.50"))
    assert provider.fetch(payment.provider_id).refunded == Decimal("30.50")


def test_what_is_not_there_or_too_much_is_refused(emulator: PaymentEmulator, provider: Provider):
    payment = provider.create(wanted())
    post(emulator, f"/payments/{payment.provider_id}/pay")

    codes = []
    for call in (
        lambda: provider.fetch("pay_0"),
        lambda: provider.fetch("../faults"),
        lambda: provider.fetch_refund("ref_0"),
        lambda: provider.refunds_of("pay_0"),
        lambda: provider.refund(refund_of(payment, "1430.01", uuid4())),
    ):
        with pytest.raises(ProviderRefused) as refused:
            call()
        codes.append(refused.value.code)

    assert codes == ["not_found"] * 4 + ["refund_exceeds_captured"]


@pytest.mark.parametrize("status", [301, 302, 500, 502, 503])
def test_answer_that_tells_nothing_leaves_the_payment_unknown(
    answers: responses.RequestsMock, provider: Provider, status: int
):
    answers.post(
        f"{URL}/v1/payments", status=status, json={"error": "x"}, headers={"Location": f"{URL}/other"}
    )

    with pytest.raises(ProviderUnavailable):
        provider.create(wanted())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"\xff",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"status": "paid"}',
        b'{"id": 7}',
    ],
)
def test_unreadable_answer_leaves_the_payment_unknown(
    answers: responses.RequestsMock, provider: Provider, body: bytes
):
    answers.get(f"{URL}/v1/payments/pay_0", body=body)

    with pytest.raises(ProviderUnavailable):
        provider.fetch("pay_0")


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 1430.0},
        {"amount": "1430"},
        {"captured": "-1.00"},
        {"refunded": "NaN"},
        {"currency": "roubles"},
        {"status": "created by somebody"},
        {"id": "pay/0"},
        {"metadata": {"uid": "8c0e"}},
        {"card": "4242"},
        {"expires_at": "tomorrow"},
        {"url": None, "status": None},
    ],
)
def test_payment_of_another_form_leaves_it_unknown(
    answers: responses.RequestsMock, provider: Provider, change: dict
):
    payment = {
        "id": "pay_0",
        "status": "paid",
        "amount": "1430.00",
        "currency": "RUB",
        "captured": "1430.00",
        "refunded": "0.00",
        "failure_code": "",
        "metadata": {"uid": str(UID)},
        "expires_at": None,
        "card": None,
        "url": f"{URL}/pay/pay_0",
    }
    answers.get(f"{URL}/v1/payments/pay_0", json=payment)
    assert provider.fetch("pay_0").status == PaymentState.PAID
    answers.replace("GET", f"{URL}/v1/payments/pay_0", json=payment | change)

    with pytest.raises(ProviderUnavailable):
        provider.fetch("pay_0")


@pytest.mark.parametrize(("url", "is_embedded"), [("", False), ("", True), ("http://127.0.0.1:9", True)])
def test_emulator_that_is_not_there_leaves_the_payment_unknown(
    tmp_path: Path, settings, provider: Provider, url: str, is_embedded: bool
):
    settings.PAYMENT_EMULATOR_URL, settings.STORE_EMBEDDED = url, is_embedded
    settings.PAYMENT_EMULATOR_KEPT_URL = tmp_path / "url"

    with pytest.raises(ProviderUnavailable):
        provider.create(wanted())


def test_command_beside_the_embedded_store_finds_its_emulator(
    emulator: PaymentEmulator, tmp_path: Path, settings, provider: Provider
):
    settings.PAYMENT_EMULATOR_URL, settings.STORE_EMBEDDED = "", True
    settings.PAYMENT_EMULATOR_KEPT_URL = tmp_path / "url"
    settings.PAYMENT_EMULATOR_KEPT_URL.write_text(emulator.url)

    assert provider.create(wanted()).uid == UID
