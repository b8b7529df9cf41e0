"""The payment emulator keeps payments and refunds, and does what its callers ask for."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apps.payments.payment_emulator import PaymentEmulator
from apps.payments.tests.emulation import WANTED, created, get, payment_emulator, post, refunded


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[PaymentEmulator]:
    """Return an emulator without faults."""
    with payment_emulator(tmp_path) as emulator:
        yield emulator


def test_payment_begins_and_waits_for_the_customer(emulator: PaymentEmulator):
    answer = created(emulator)

    payment = answer.json()
    assert answer.status_code == 201
    assert re.fullmatch(r"pay_[0-9a-f]{32}", payment["id"])
    assert payment == {
        "id": payment["id"],
        "status": "requires_action",
        "amount": "1430.00",
        "currency": "RUB",
        "captured": "0.00",
        "refunded": "0.00",
        "failure_code": "",
        "metadata": WANTED["metadata"],
        "description": "Order #42",
        "return_url": "https://shop.example/orders/42",
        "created_at": payment["created_at"],
        "expires_at": None,
        "card": None,
        "url": f"{emulator.url}/pay/{payment['id']}",
    }
    assert get(emulator, "/payments") == {"payments": [payment]}
    assert get(emulator, f"/payments/{payment['id']}") == payment
    assert get(emulator, f"/v1/payments/{payment['id']}") == payment


def test_repeated_key_gets_the_same_answer(emulator: PaymentEmulator):
    first = created(emulator)
    post(emulator, f"/payments/{first.json()['id']}/pay")

    again = created(emulator)

    assert (again.status_code, again.text) == (first.status_code, first.text)
    assert len(get(emulator, "/payments")["payments"]) == 1


def test_key_is_refused_with_another_request_and_needed(emulator: PaymentEmulator):
    created(emulator)

    other, none = created(emulator, amount="1.00"), created(emulator, key="")

    assert (other.status_code, other.json()) == (422, {"error": "key_reused"})
    assert (none.status_code, none.json()) == (400, {"error": "key_required"})
    assert len(get(emulator, "/payments")["payments"]) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": "0.00"}, "invalid_amount"),
        ({"amount": "-1.00"}, "invalid_amount"),
        ({"amount": "1.001"}, "invalid_amount"),
        ({"amount": "1e3"}, "invalid_amount"),
        ({"amount": None}, "invalid_amount"),
        ({"amount": True}, "invalid_amount"),
        ({"currency": "rub"}, "invalid_currency"),
        ({"currency": None}, "invalid_currency"),
        ({"return_url": "/orders/42"}, "invalid_return_url"),
        ({"return_url": "https://shop.example/\r\nSet-Cookie: a=b"}, "invalid_return_url"),
        ({"return_url": 7}, "invalid_return_url"),
        ({"metadata": []}, "invalid_metadata"),
        ({"expires_at": "tomorrow"}, "invalid_time"),
        ({"expires_at": "2026-11-30T12:00:00"}, "invalid_time"),
    ],
)
def test_payment_that_cannot_be_is_refused(emulator: PaymentEmulator, changes: dict, code: str):
    answer = created(emulator, **changes)

    assert (answer.status_code, answer.json()) == (400, {"error": code})
    assert get(emulator, "/payments") == {"payments": []}


def test_paid_payment_has_its_money_and_is_paid_once(emulator: PaymentEmulator):
    payment = created(emulator).json()["id"]

    paid, again = post(emulator, f"/payments/{payment}/pay"), post(emulator, f"/payments/{payment}/pay")

    assert (paid.status_code, paid.json()["status"]) == (200, "paid")
    assert (paid.json()["captured"], paid.json()["card"]) == ("1430.00", {"brand": "visa", "last4": "4242"})
    assert (again.status_code, again.json()) == (409, {"error": "already_paid"})
    assert get(emulator, f"/payments/{payment}") == paid.json()


@pytest.mark.parametrize("amount", ["1000.00", "1000", 1000, 1000.0])
def test_another_amount_and_currency_can_be_paid(emulator: PaymentEmulator, amount: object):
    payment = created(emulator).json()["id"]

    paid = post(emulator, f"/payments/{payment}/pay", {"amount": amount, "currency": "USD"}).json()

    assert (paid["amount"], paid["captured"], paid["currency"]) == ("1430.00", "1000.00", "USD")


@pytest.mark.parametrize(
    ("end", "status", "failure_code"), [("decline", "failed", "declined"), ("expire", "expired", "")]
)
def test_payment_is_paid_late_after_a_decline_or_an_expiry(
    emulator: PaymentEmulator, end: str, status: str, failure_code: str
):
    payment = created(emulator).json()["id"]

    ended, again = post(emulator, f"/payments/{payment}/{end}"), post(emulator, f"/payments/{payment}/{end}")
    late = post(emulator, f"/payments/{payment}/pay")

    assert (ended.json()["status"], ended.json()["failure_code"]) == (status, failure_code)
    assert (again.status_code, again.json()) == (409, {"error": f"already_{status}"})
    assert (late.json()["status"], late.json()["failure_code"]) == ("paid", "")


def test_cancelled_payment_cannot_be_paid_and_a_paid_one_not_cancelled(emulator: PaymentEmulator):
    cancelled, paid = created(emulator).json()["id"], created(emulator, key="key-2").json()["id"]
    post(emulator, f"/payments/{paid}/pay")

    answers = [post(emulator, f"/v1/payments/{cancelled}/cancel").json()["status"] for _time in range(2)]
    too_late = post(emulator, f"/v1/payments/{paid}/cancel")
    refused = post(emulator, f"/payments/{cancelled}/pay")

    assert answers == ["cancelled", "cancelled"]
    assert (too_late.status_code, too_late.json()) == (409, {"error": "not_cancellable"})
    assert (refused.status_code, refused.json()) == (409, {"error": "already_cancelled"})


def test_payment_expires_by_itself(emulator: PaymentEmulator):
    now = datetime.now(UTC)
    over = created(emulator, expires_at=now.isoformat()).json()["id"]
    later = created(emulator, key="key-2", expires_at=(now + timedelta(hours=1)).isoformat()).json()["id"]

    statuses = {row["id"]: row["status"] for row in get(emulator, "/payments")["payments"]}

    assert statuses == {over: "expired", later: "requires_action"}


def test_refunds_give_back_what_was_paid_and_no_more(emulator: PaymentEmulator):
    payment = created(emulator, amount="100.00").json()["id"]
    unpaid = refunded(emulator, payment, "0.01", key="early")
    post(emulator, f"/payments/{payment}/pay")

    refunds = [refunded(emulator, payment, "33.33", key=f"refund-{number}") for number in range(3)]
    rest = refunded(emulator, payment, "0.01", key="rest")
    more = refunded(emulator, payment, "0.01", key="more")
    again = refunded(emulator, payment, "33.33", key="refund-0")

    assert [answer.status_code for answer in (unpaid, *refunds, rest, more)] == [422, 201, 201, 201, 201, 422]
    assert unpaid.json() == more.json() == {"error": "refund_exceeds_captured"}
    assert again.text == refunds[0].text
    first = refunds[0].json()
    assert first == {
        "id": first["id"],
        "payment": payment,
        "status": "succeeded",
        "amount": "33.33",
        "currency": "RUB",
        "metadata": {"uid": "r-1"},
        "created_at": first["created_at"],
    }
    listed = [answer.json() for answer in (*refunds, rest)]
    assert get(emulator, "/refunds") == get(emulator, f"/v1/refunds?payment={payment}") == {"refunds": listed}
    assert get(emulator, f"/v1/refunds/{first['id']}") == first
    assert get(emulator, f"/payments/{payment}")["refunded"] == "100.00"


def test_refund_can_be_made_on_the_provider_s_own_pages(emulator: PaymentEmulator):
    payment = created(emulator).json()["id"]
    post(emulator, f"/payments/{payment}/pay")

    some = post(emulator, f"/payments/{payment}/refund", {"amount": "30.00"}).json()
    rest = post(emulator, f"/payments/{payment}/refund").json()
    more = post(emulator, f"/payments/{payment}/refund")

    assert (some["amount"], rest["amount"]) == ("30.00", "1400.00")
    assert some["metadata"] == {"uid": None}
    assert (more.status_code, more.json()) == (400, {"error": "invalid_amount"})
    assert get(emulator, "/refunds") == {"refunds": [some, rest]}


def test_refund_in_another_currency_or_of_no_payment_is_refused(emulator: PaymentEmulator):
    payment = created(emulator).json()["id"]
    post(emulator, f"/payments/{payment}/pay", {"currency": "USD"})

    other, none = refunded(emulator, payment, "1.00"), refunded(emulator, "pay_0", "1.00", key="key")

    assert (other.status_code, other.json()) == (422, {"error": "other_currency"})
    assert (none.status_code, none.json()) == (404, {"error": "not_found"})


def test_payments_are_listed_by_pages_since_a_moment(emulator: PaymentEmulator):
    before = created(emulator, key="before").json()
    since = datetime.now(UTC)
    rows = [created(emulator, key=f"key-{number}").json() for number in range(101)]
    query = f"/v1/payments?since={since.isoformat().replace('+', '%2B')}"

    first = get(emulator, query)
    second = get(emulator, f"{query}&after={first['next']}")

    assert before not in first["payments"]
    assert first["payments"] + second["payments"] == rows
    assert (len(first["payments"]), second["next"]) == (100, None)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 404),
        ("/v1/nothing", 404),
        ("/payments/pay_0/pay", 404),
        ("/payments/pay_0/decline", 404),
        ("/payments/pay_0/refund", 404),
        ("/v1/payments/pay_0/cancel", 404),
    ],
)
def test_what_is_not_there_is_not_found(emulator: PaymentEmulator, path: str, status: int):
    answer = post(emulator, path)

    assert (answer.status_code, answer.json()) == (status, {"error": "not_found"})
