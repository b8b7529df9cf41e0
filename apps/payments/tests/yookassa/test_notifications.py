"""Notifications of YooKassa are not signed: they are read, and asked back before anything counts."""

import json
from uuid import UUID

import pytest

from apps.payments.provider_events import masked
from apps.payments.providers.base import CallbackInvalid
from apps.payments.tests.yookassa.server import notification

UID = "8c0e6d8a-9f3a-4c57-9c3b-0f6d8f6c1a11"
PAYMENT = {"id": "pay-1", "status": "succeeded", "metadata": {"uid": UID, "order_id": "42"}}


def read(yookassa, body, address="192.0.2.1"):
    return yookassa.read_callback(body, {}, address=address)


def test_notification_of_a_payment_names_it_by_both_numbers(yookassa):
    notice = read(yookassa, notification("payment.succeeded", PAYMENT))

    assert (notice.event_id, notice.kind) == ("payment.succeeded:pay-1", "payment.succeeded")
    assert (notice.provider_id, notice.uid) == ("pay-1", UUID(UID))
    assert notice.body["object"] == PAYMENT


def test_what_is_kept_of_a_notification_tells_nothing_of_the_customers_card_or_account(yookassa):
    method = {
        "type": "bank_card",
        "title": "Bank card *4477",
        "card": {"first6": "220138", "last4": "4477"},
        "account_number": "410011758831136",
        "payer_bank_details": {"full_name": "ИП Иванов"},
    }
    notice = read(yookassa, notification("payment.succeeded", {**PAYMENT, "payment_method": method}))

    hidden = dict.fromkeys(("title", "card", "account_number", "payer_bank_details"), "…")
    assert json.loads(masked(notice.body))["object"] == {
        **PAYMENT,
        "payment_method": {"type": "bank_card", **hidden},
    }


def test_notification_of_a_refund_names_its_payment(yookassa):
    refund = {"id": "ref-1", "payment_id": "pay-1", "metadata": {"uid": UID}}
    notice = read(yookassa, notification("refund.succeeded", refund))

    assert (notice.event_id, notice.provider_id, notice.uid) == ("refund.succeeded:ref-1", "pay-1", None)


def test_notification_about_something_else_names_no_payment(yookassa):
    notice = read(yookassa, notification("payout.succeeded", {"id": "po-1", "metadata": {"uid": UID}}))

    assert (notice.event_id, notice.provider_id, notice.uid) == ("payout.succeeded:po-1", "", None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b'"payment.succeeded"',
        b"[" * 100_000,
        b'{"event": 1, "object": {"id": "pay-1"}}',
        b'{"event": "payment.succeeded"}',
        b'{"event": "payment.succeeded", "object": ["pay-1"]}',
        b'{"event": "payment.succeeded", "object": {"id": 1}}',
        b'{"event": "refund.succeeded", "object": {"id": "ref-1", "payment_id": {}}}',
        b'{"event": "refund.succeeded", "object": {"id": "ref-1"}}',
    ],
)
def test_unreadable_notification_is_invalid(yookassa, body):
    with pytest.raises(CallbackInvalid):
        read(yookassa, body)


def test_notification_from_elsewhere_is_invalid_where_the_networks_are_given(yookassa, settings):
    body = notification("payment.succeeded", PAYMENT)
    settings.YOOKASSA_NETWORKS = ["185.71.76.0/27", "77.75.156.11", "2a02:5180::/32"]

    for address in ("185.71.76.31", "77.75.156.11", "2a02:5180::1"):
        assert read(yookassa, body, address).provider_id == "pay-1"
    for address in ("185.71.76.32", "77.75.156.12", "2001:db8::1", "", "unknown"):
        with pytest.raises(CallbackInvalid):
            read(yookassa, body, address)
