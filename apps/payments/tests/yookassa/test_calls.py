"""What the store asks of YooKassa, and what it makes of each answer."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import transaction

from apps.core.outbound_http import CallInTransaction
from apps.payments.providers import provider_named
from apps.payments.providers import yookassa as adapter
from apps.payments.providers.base import (
    PaymentRequest,
    ProviderRefused,
    ProviderUnavailable,
    RefundRequest,
    RefundSnapshot,
)
from apps.payments.providers.yookassa import YooKassa
from apps.payments.statuses import PaymentState, RefundState
from apps.payments.tests.yookassa.server import minutes_ago

pytestmark = pytest.mark.django_db

UID = UUID("8c0e6d8a-9f3a-4c57-9c3b-0f6d8f6c1a11")
PAY = PaymentRequest(
    uid=UID,
    order_id=42,
    amount=Decimal("1430.00"),
    currency="RUB",
    description="Заказ № 42",
    return_url="https://shop.example/orders/42",
    language="ru",
)
REFUND = RefundRequest(
    uid=UUID("11111111-9f3a-4c57-9c3b-0f6d8f6c1a11"),
    payment_uid=UID,
    provider_id="payments-0001",
    amount=Decimal("30.00"),
    currency="RUB",
)


def test_payment_is_begun_in_one_step_and_by_redirect(server, yookassa):
    begun = yookassa.create(PAY)

    assert server.bodies == [
        (
            "payments",
            {
                "amount": {"value": "1430.00", "currency": "RUB"},
                "capture": True,
                "confirmation": {
                    "type": "redirect",
                    "return_url": "https://shop.example/orders/42",
                    "locale": "ru_RU",
                },
                "description": "Заказ № 42",
                "metadata": {"order_id": "42", "uid": str(UID)},
            },
        )
    ]
    assert (begun.provider_id, begun.uid) == ("payments-0001", UID)
    assert (begun.status, begun.amount, begun.currency) == ("requires_action", Decimal("1430.00"), "RUB")
    assert (begun.captured, begun.refunded) == (0, 0)
    assert begun.next_action == {"type": "redirect", "url": "https://yoomoney.ru/pay?id=payments-0001"}


def test_same_uid_begins_one_payment(server, yookassa):
    assert yookassa.create(PAY) == yookassa.create(PAY)
    assert len(server.objects["payments"]) == 1


def test_paid_payment_tells_the_money_and_the_card(server, yookassa):
    number = yookassa.create(PAY).provider_id
    server.pay(number, refunded_amount={"value": "30.00", "currency": "RUB"})
    paid = yookassa.fetch(number)

    assert (paid.status, paid.captured, paid.refunded) == ("paid", Decimal("1430.00"), Decimal("30.00"))
    assert (paid.card_brand, paid.card_last4, paid.next_action) == ("Mir", "4477", None)


@pytest.mark.parametrize(
    ("reason", "party", "state"),
    [
        ("expired_on_confirmation", "yoo_money", PaymentState.EXPIRED),
        ("insufficient_funds", "payment_network", PaymentState.FAILED),
        ("canceled_by_merchant", "merchant", PaymentState.CANCELLED),
    ],
)
def test_ended_payment_tells_why(server, yookassa, reason, party, state):
    number = yookassa.create(PAY).provider_id
    server.end(number, reason, party=party)
    ended = yookassa.fetch(number)

    assert (ended.status, ended.failure_code, ended.captured) == (state, reason, 0)


def test_money_that_waits_to_be_captured_is_pending_and_somebody_has_to_look(server, yookassa):
    number = yookassa.create(PAY).provider_id
    server.pay(number, status="waiting_for_capture")
    waiting = yookassa.fetch(number)

    assert (waiting.status, waiting.is_uncaptured, waiting.captured) == ("pending", True, 0)


@pytest.mark.parametrize(
    "fault", ["500", "503", "429", "202", "401", "403", "302", "lose", "garbage", "blocked"]
)
def test_call_without_a_clear_answer_may_be_repeated(server, yookassa, fault):
    server.faults = [fault]
    with pytest.raises(ProviderUnavailable):
        yookassa.create(PAY)
    assert yookassa.create(PAY).provider_id == "payments-0001"
    assert len(server.objects["payments"]) == 1


def test_slow_answer_is_not_waited_for(server, yookassa, monkeypatch):
    monkeypatch.setattr(adapter, "CALL_SECONDS", 0.1)
    server.faults = ["slow"]
    with pytest.raises(ProviderUnavailable, match="ReadTimeout"):
        yookassa.create(PAY)


def test_server_that_is_away_is_unavailable(settings, yookassa):
    settings.YOOKASSA_API_URL = "http://127.0.0.1:9/v3"
    with pytest.raises(ProviderUnavailable, match="ConnectionError"):
        yookassa.fetch("payments-0001")


def test_refusal_is_final_and_tells_its_code(server, yookassa, caplog):
    server.refuses = {"payments": "forbidden"}
    with pytest.raises(ProviderRefused) as refused:
        yookassa.create(PAY)
    assert refused.value.code == "forbidden"

    server.refuses = {}
    yookassa.create(PAY)
    with pytest.raises(ProviderRefused) as refused:
        yookassa.create(replace(PAY, amount=Decimal("1.00")))
    assert refused.value.code == "invalid_request"
    assert "YooKassa refused payments: invalid_request Idempotence-Key" in caplog.messages


def test_unknown_payment_is_refused_and_no_number_reaches_another_path(server, yookassa):
    for number in ("nobody", "../refunds", "payments-0001?x=1"):
        with pytest.raises(ProviderRefused) as refused:
            yookassa.fetch(number)
        assert refused.value.code == "not_found"
    assert [call.count("/") for call in server.calls] == [1, 1, 1]


def test_payments_are_listed_page_after_page(server, yookassa):
    server.page_size = 2
    uids = [UUID(int=number) for number in range(1, 6)]
    for uid in uids:
        yookassa.create(replace(PAY, uid=uid))

    assert [each.uid for each in yookassa.payments_since(minutes_ago(5))] == uids[::-1]
    assert server.calls[5:] == ["GET payments"] * 3
    assert list(yookassa.payments_since(minutes_ago(-5))) == []
    assert yookassa.find(uids[0], minutes_ago(5)).provider_id == "payments-0001"
    assert yookassa.find(UID, minutes_ago(5)) is None


def test_payment_that_was_begun_cannot_be_cancelled(server, yookassa):
    number = yookassa.create(PAY).provider_id
    with pytest.raises(ProviderRefused) as refused:
        yookassa.cancel(number, key="cancel")
    assert refused.value.code == "not_cancellable"
    assert server.calls == ["POST payments"]


def test_refund_is_made_once_and_listed_with_those_of_the_pages(server, yookassa):
    number = yookassa.create(PAY).provider_id
    server.pay(number)
    server.give_back(number, "400.00")
    made = yookassa.refund(REFUND)

    assert made == yookassa.refund(REFUND) == yookassa.fetch_refund(made.provider_id)
    assert made == RefundSnapshot("refunds-0002", REFUND.uid, RefundState.SUCCEEDED, Decimal("30.00"), "RUB")
    server.page_size = 1
    assert [(each.provider_id, each.uid, each.amount) for each in yookassa.refunds_of(number)] == [
        ("refunds-0002", REFUND.uid, Decimal("30.00")),
        ("refunds-0001", None, Decimal("400.00")),
    ]
    assert yookassa.fetch(number).refunded == Decimal("430.00")
    assert yookassa.refunds_of("payments-0002") == []


def test_refund_of_more_than_was_paid_is_refused(server, yookassa):
    server.pay(yookassa.create(PAY).provider_id)
    with pytest.raises(ProviderRefused):
        yookassa.refund(replace(REFUND, amount=Decimal("1430.01")))


def test_cancelled_refund_has_failed(server, yookassa):
    server.pay(yookassa.create(PAY).provider_id)
    made = yookassa.refund(REFUND)
    server.objects["refunds"][made.provider_id] |= {
        "status": "canceled",
        "cancellation_details": {"party": "yoo_money", "reason": "insufficient_funds"},
    }
    failed = yookassa.fetch_refund(made.provider_id)

    assert (failed.status, failed.failure_code) == ("failed", "insufficient_funds")


@pytest.mark.django_db(transaction=True)
def test_nobody_is_called_inside_of_a_transaction(server, yookassa):
    with transaction.atomic(), pytest.raises(CallInTransaction):
        yookassa.create(PAY)
    assert server.calls == []


def test_adapter_is_what_the_code_names():
    assert isinstance(provider_named("yookassa"), YooKassa)
