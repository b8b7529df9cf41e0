"""What goes wrong with the payment emulator, and what its adapter makes of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import requests

from apps.payments.payment_emulator import FAULTS, PaymentEmulator
from apps.payments.providers import provider_named
from apps.payments.providers.base import (
    PaymentRequest,
    PaymentSnapshot,
    Provider,
    ProviderRefused,
    ProviderUnavailable,
    RefundRequest,
)
from apps.payments.statuses import PaymentState
from apps.payments.tests.emulation import PATIENCE, address, created, get, payment_emulator, post

UID = UUID("8c0e44a8-6c0f-4b8b-9b1a-2f4a1f6f4f10")


@pytest.fixture
def emulator(tmp_path: Path, settings) -> Iterator[PaymentEmulator]:
    """Return an emulator whose address the store has."""
    with payment_emulator(tmp_path) as emulator:
        settings.PAYMENT_EMULATOR_URL = emulator.url
        yield emulator


@pytest.fixture
def provider(emulator: PaymentEmulator) -> Provider:
    """Return the adapter."""
    return provider_named("emulator")


def begin(provider: Provider, uid: UUID = UID) -> PaymentSnapshot:
    return provider.create(
        PaymentRequest(
            uid=uid,
            order_id=42,
            amount=Decimal("100.00"),
            currency="RUB",
            description="Order #42",
            return_url="https://shop.example/",
            language="en",
            begun_at=datetime(2026, 11, 30, tzinfo=UTC),
        )
    )


def refund_of(payment: PaymentSnapshot, uid: UUID) -> RefundRequest:
    return RefundRequest(uid, UID, payment.provider_id, Decimal("30.00"), "RUB")


def make(emulator: PaymentEmulator, *faults: str) -> None:
    answer = post(emulator, "/faults", {"faults": faults, "rate": 1.0})
    assert answer.json() == {"faults": list(faults), "rate": 1.0}


@pytest.mark.parametrize(
    "content",
    [
        {"faults": ["fire"]},
        {"faults": "drop"},
        {"faults": 7},
        {"faults": ["drop"], "rate": 1.1},
        {"faults": ["drop"], "rate": -1},
        {"faults": ["drop"], "rate": "often"},
        {"faults": ["drop"], "rate": None},
    ],
)
def test_unknown_fault_and_rate_are_refused_and_change_nothing(emulator: PaymentEmulator, content: dict):
    make(emulator, "wrong_amount")

    answer = post(emulator, "/faults", content)

    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_faults"})
    assert emulator.faults.names == ("wrong_amount",)


def test_faults_of_rate_nought_never_happen(emulator: PaymentEmulator):
    post(emulator, "/faults", {"faults": FAULTS, "rate": 0})

    assert {created(emulator, f"key-{number}").status_code for number in range(20)} == {201}


def test_lost_answer_leaves_a_payment_that_the_same_key_and_a_search_find(
    emulator: PaymentEmulator, provider: Provider
):
    since = datetime.now(UTC) - timedelta(minutes=5)
    make(emulator, "lose")
    with pytest.raises(ProviderUnavailable):
        begin(provider)
    found = provider.find(UID, since)  # reading loses nothing
    make(emulator)

    assert begin(provider) == found
    assert len(get(emulator, "/payments")["payments"]) == 1


def test_lost_answer_of_a_refund_gives_the_money_back_once(emulator: PaymentEmulator, provider: Provider):
    payment, uid = begin(provider), uuid4()
    post(emulator, f"/payments/{payment.provider_id}/pay")
    make(emulator, "lose")
    for _time in range(2):
        with pytest.raises(ProviderUnavailable):
            provider.refund(refund_of(payment, uid))
    make(emulator)

    refund = provider.refund(refund_of(payment, uid))

    assert provider.refunds_of(payment.provider_id) == [refund]
    assert provider.fetch(payment.provider_id).refunded == Decimal("30.00")


def test_slow_call_is_carried_out_and_answered_late(emulator: PaymentEmulator):
    emulator.slow_seconds = 0.3
    make(emulator, "slow")

    answer = created(emulator)

    assert answer.status_code == 201
    assert answer.elapsed.total_seconds() >= 0.3


def test_payment_of_a_slow_call_can_be_paid_before_its_answer(emulator: PaymentEmulator):
    make(emulator, "slow")  # for 30 s
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            address(emulator, "/v1/payments"),
            json={"amount": "1.00", "currency": "RUB"},
            headers={"Idempotency-Key": "key"},
            timeout=0.3,
        )

    (payment,) = get(emulator, "/payments")["payments"]
    paid = post(emulator, f"/payments/{payment['id']}/pay")

    assert paid.json()["status"] == "paid"


def test_caller_who_does_not_wait_leaves_no_trace_and_a_mistake_does(
    emulator: PaymentEmulator, capsys: pytest.CaptureFixture[str]
):
    def printed(error: Exception) -> str:
        try:
            raise error
        except type(error):
            emulator.handle_error(None, ("127.0.0.1", 1))
        return capsys.readouterr().err

    assert (printed(BrokenPipeError()), printed(ConnectionResetError())) == ("", "")
    assert "KeyError" in printed(KeyError("amount"))


def test_dead_emulator_answers_neither_the_store_nor_customers(emulator: PaymentEmulator, provider: Provider):
    payment = begin(provider)
    make(emulator, "dead")

    with pytest.raises(ProviderUnavailable):
        provider.fetch(payment.provider_id)
    with pytest.raises(ProviderUnavailable):
        begin(provider, uuid4())
    with pytest.raises(requests.ConnectionError):
        requests.get(address(emulator, f"/pay/{payment.provider_id}"), timeout=PATIENCE)
    assert [row["id"] for row in get(emulator, "/payments")["payments"]] == [payment.provider_id]
    make(emulator)
    assert provider.fetch(payment.provider_id) == payment


def test_customer_pays_less_by_a_cent_unless_an_amount_is_named(
    emulator: PaymentEmulator, provider: Provider
):
    payment, exact, tiny = begin(provider), begin(provider, uuid4()), created(emulator, amount="0.01").json()
    make(emulator, "wrong_amount")

    post(emulator, f"/payments/{payment.provider_id}/pay")
    post(emulator, f"/payments/{exact.provider_id}/pay", {"amount": "100.00"})
    post(emulator, f"/payments/{tiny['id']}/pay")

    paid = [provider.fetch(each) for each in (payment.provider_id, exact.provider_id, tiny["id"])]
    assert [each.captured for each in paid] == [Decimal("99.99"), Decimal("100.00"), Decimal("0.02")]


def test_payment_that_cannot_be_cancelled_can_still_be_paid(emulator: PaymentEmulator, provider: Provider):
    payment = begin(provider)
    make(emulator, "no_cancel")

    with pytest.raises(ProviderRefused) as refused:
        provider.cancel(payment.provider_id, key=f"cancel:{UID}")
    post(emulator, f"/payments/{payment.provider_id}/pay")

    assert refused.value.code == "not_cancellable"
    assert provider.fetch(payment.provider_id).status == PaymentState.PAID


def test_refused_refund_stays_refused_and_another_is_made(emulator: PaymentEmulator, provider: Provider):
    payment, uid = begin(provider), uuid4()
    post(emulator, f"/payments/{payment.provider_id}/pay")
    make(emulator, "refuse_refund")
    codes = []
    for faults in ((), (), ("refuse_refund",)):
        with pytest.raises(ProviderRefused) as refused:
            provider.refund(refund_of(payment, uid))
        codes.append(refused.value.code)
        make(emulator, *faults)
    make(emulator)

    other = provider.refund(refund_of(payment, uuid4()))

    assert codes == ["refund_refused"] * 3
    assert provider.refunds_of(payment.provider_id) == [other]


@pytest.mark.parametrize("fault", ["duplicate", "shuffle", "drop", "forge"])
def test_faults_of_callbacks_leave_the_answers_right(
    emulator: PaymentEmulator, provider: Provider, fault: str
):
    make(emulator, fault)
    payment, uid = begin(provider), uuid4()
    post(emulator, f"/payments/{payment.provider_id}/pay")

    refund = provider.refund(refund_of(payment, uid))

    truth = provider.fetch(payment.provider_id)
    assert (truth.status, truth.captured, truth.refunded) == (
        PaymentState.PAID,
        Decimal("100.00"),
        Decimal("30.00"),
    )
    assert provider.refunds_of(payment.provider_id) == [refund]
