"""The payment emulator calls the store back: signed, until it is heard, with the faults that it is told."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pytest

from apps.payments.payment_emulator import PaymentEmulator
from apps.payments.standard_webhooks import SignatureInvalid, verify
from apps.payments.tests.emulation import (
    SECRET,
    Callback,
    CallbackTaker,
    callback_taker,
    created,
    get,
    payment_emulator,
    post,
    refunded,
)
from tests.support.processes import wait_for

PATH = "/api/v1/payments/callbacks/emulator/"


@pytest.fixture
def store() -> Iterator[CallbackTaker]:
    """Return a store that takes callbacks."""
    with callback_taker() as store:
        yield store


@pytest.fixture
def emulator(tmp_path: Path, store: CallbackTaker) -> Iterator[PaymentEmulator]:
    """Return an emulator that calls the store back."""
    with payment_emulator(tmp_path, store.url) as emulator:
        yield emulator


def heard(store: CallbackTaker, number: int) -> list[Callback]:
    """Wait until so many callbacks have come."""
    return wait_for(lambda: len(store.taken) >= number and list(store.taken), seconds=10)


def kinds(callbacks: list[Callback]) -> list[str]:
    return [json.loads(callback.body)["type"] for callback in callbacks]


def is_genuine(callback: Callback) -> bool:
    try:
        return bool(verify(callback.body, callback.headers, secrets=[SECRET], now=time.time()))
    except SignatureInvalid:
        return False


def test_each_change_is_told_and_signed(emulator: PaymentEmulator, store: CallbackTaker):
    paid, failed, expired, cancelled = (
        created(emulator, f"key-{number}").json()["id"] for number in range(4)
    )

    for number, path in enumerate(
        (
            f"/payments/{paid}/pay",
            f"/payments/{failed}/decline",
            f"/payments/{expired}/expire",
            f"/v1/payments/{cancelled}/cancel",
        )
    ):
        post(emulator, path)
        heard(store, number + 1)
    refund = refunded(emulator, paid, "30.00").json()
    callbacks = heard(store, 5)

    assert kinds(callbacks) == [
        "payment.paid",
        "payment.failed",
        "payment.expired",
        "payment.cancelled",
        "refund.succeeded",
    ]
    assert [callback.path for callback in callbacks] == [PATH] * 5
    assert all(is_genuine(callback) for callback in callbacks)
    assert len({callback.headers["webhook-id"] for callback in callbacks}) == 5
    told = json.loads(callbacks[4].body)
    assert told["data"] == {"payment": get(emulator, f"/payments/{paid}"), "refund": refund}
    assert callbacks[4].headers["content-type"] == "application/json"


def test_expiry_that_comes_by_itself_is_told(emulator: PaymentEmulator, store: CallbackTaker):
    created(emulator, expires_at=datetime.now(UTC).isoformat())

    get(emulator, "/payments")

    assert kinds(heard(store, 1)) == ["payment.expired"]


def test_callback_that_is_not_taken_is_sent_again_signed_anew_a_few_times(
    emulator: PaymentEmulator, store: CallbackTaker
):
    emulator.callbacks.pauses = (1.1, 0.05, 0.05)
    store.statuses = [500, 302, 404, 400, 500, 500]
    payment = created(emulator).json()["id"]

    post(emulator, f"/payments/{payment}/pay")
    callbacks = heard(store, 4)
    post(emulator, f"/v1/payments/{created(emulator, 'key-2').json()['id']}/cancel")
    after = heard(store, 5)

    first, second = callbacks[:2]
    assert {callback.body for callback in callbacks} == {first.body}
    assert {callback.headers["webhook-id"] for callback in callbacks} == {first.headers["webhook-id"]}
    assert first.headers["webhook-timestamp"] < second.headers["webhook-timestamp"]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    assert all(is_genuine(callback) for callback in callbacks)
    assert kinds(after[4:5]) == ["payment.cancelled"]  # the first one was given up


def test_store_that_is_not_there_hears_of_it_later(tmp_path: Path):
    with callback_taker() as store:
        url = store.url
    with payment_emulator(tmp_path, url) as emulator:
        post(emulator, f"/payments/{created(emulator).json()['id']}/pay")
        post(emulator, f"/payments/{created(emulator, 'key-2').json()['id']}/decline")

    with callback_taker() as store, payment_emulator(tmp_path, store.url):
        assert sorted(kinds(heard(store, 2))) == ["payment.failed", "payment.paid"]


def test_duplicated_callback_comes_ten_times(emulator: PaymentEmulator, store: CallbackTaker):
    post(emulator, "/faults", {"faults": ["duplicate"], "rate": 1.0})
    post(emulator, f"/payments/{created(emulator).json()['id']}/pay")

    callbacks = heard(store, 10)

    assert len({callback.headers["webhook-id"] for callback in callbacks}) == 1
    assert kinds(callbacks) == ["payment.paid"] * 10


def test_shuffled_callbacks_come_in_another_order(emulator: PaymentEmulator, store: CallbackTaker):
    post(emulator, "/faults", {"faults": ["shuffle"]})
    payments = [created(emulator, f"key-{number}").json()["id"] for number in range(12)]
    for payment in payments:
        post(emulator, f"/payments/{payment}/pay")

    told = [json.loads(callback.body)["data"]["payment"]["id"] for callback in heard(store, 12)]

    inversions = [pair for pair in combinations(map(payments.index, told), 2) if pair[0] > pair[1]]
    assert sorted(told) == sorted(payments)
    assert len(inversions) > 6  # 33 on average, and so few once in many thousand times


def test_dropped_callback_never_comes(emulator: PaymentEmulator, store: CallbackTaker):
    post(emulator, "/faults", {"faults": ["drop"]})
    post(emulator, f"/payments/{created(emulator).json()['id']}/pay")
    post(emulator, "/faults", {"faults": []})
    post(emulator, f"/payments/{created(emulator, 'key-2').json()['id']}/decline")

    assert kinds(heard(store, 1)) == ["payment.failed"]


def test_forged_callback_says_that_a_payment_is_paid_and_the_genuine_one_follows(
    emulator: PaymentEmulator, store: CallbackTaker
):
    store.statuses = [400, 400]
    post(emulator, "/faults", {"faults": ["forge"]})
    payment = created(emulator).json()["id"]
    (early,) = heard(store, 1)
    post(emulator, f"/payments/{payment}/decline")
    callbacks = heard(store, 3)

    told = json.loads(early.body)
    assert (told["type"], told["data"]["payment"]["status"]) == ("payment.paid", "paid")
    assert (told["data"]["payment"]["id"], told["data"]["payment"]["captured"]) == (payment, "1430.00")
    assert sorted(
        (kind, is_genuine(callback)) for kind, callback in zip(kinds(callbacks), callbacks, strict=True)
    ) == [
        ("payment.failed", True),
        ("payment.paid", False),
        ("payment.paid", False),
    ]
    assert get(emulator, f"/payments/{payment}")["status"] == "failed"


def test_dead_emulator_calls_back_once_it_lives(
    emulator: PaymentEmulator, store: CallbackTaker, tmp_path: Path
):
    emulator.callbacks.log = log = tmp_path / "log"
    payment = created(emulator).json()["id"]
    post(emulator, "/faults", {"faults": ["dead"]})
    post(emulator, f"/payments/{payment}/pay")
    wait_for(lambda: log.exists() and log.read_text().count("postponed") >= 5, seconds=5)
    silent = list(store.taken)
    post(emulator, "/faults", {"faults": []})

    assert silent == []
    assert kinds(heard(store, 1)) == ["payment.paid"]


def test_log_holds_a_line_for_each_event_and_each_callback(
    emulator: PaymentEmulator, store: CallbackTaker, tmp_path: Path
):
    emulator.callbacks.log = log = tmp_path / "log"
    store.statuses = [503]
    payment = created(emulator).json()["id"]
    paid = post(emulator, f"/payments/{payment}/pay").json()
    event = heard(store, 2)[0].headers["webhook-id"]

    lines = wait_for(lambda: len(read := log.read_text().splitlines()) == 3 and read, seconds=5)

    assert [json.loads(line) for line in lines] == [
        {"kind": "payment.paid", "payment": paid},
        {"sent": event, "is_forged": False, "status": 503},
        {"sent": event, "is_forged": False, "status": 200},
    ]
