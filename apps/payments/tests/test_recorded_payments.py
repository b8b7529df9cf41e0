"""Money that staff record: a transfer, cash; once for each key, whatever the order's status."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from apps.audit.models import AuditEntry
from apps.core.tests.answers import refusal_of
from apps.orders.models import Order
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.payments.models import Payment, Refund
from apps.payments.tests.api_calls import STAFF_MEMBERS, by_staff, manual_method, start
from apps.payments.tests.tills import money_of, order_for, run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


@pytest.fixture
def transfer(db):
    return manual_method()


def recorded(client, order: Order, *, key: str = "one", **body):
    wanted = {"method": "transfer", "amount": "100.00", **body}
    return by_staff(client, f"orders/{order.pk}/payments/", wanted, key=key)


def test_received_money_pays_the_order_and_moves_it_on(transfer, customer, staff, staff_api):
    order = order_for(customer, method="transfer")
    response = recorded(staff_api, order, received_at="2026-11-24T12:00:00+03:00", note="Order 7 of the bank")

    assert response.status_code == 201
    body = response.json()
    assert list(body) == STAFF_MEMBERS
    assert (body["status"], body["captured"], body["method_name"]) == ("paid", "100.00", "Переводом")
    assert (body["created_by"], body["received_at"]) == (staff.username, "2026-11-24T09:00:00Z")
    assert (body["is_current"], body["next_action"], body["provider"]) == (True, None, "manual")
    assert money_of(order) == {"status": "processing", "payment_status": "paid", "paid_total": "100.00"}
    payment = Payment.objects.get()
    assert (payment.note, payment.received_at) == (
        "Order 7 of the bank",
        datetime(2026, 11, 24, 9, tzinfo=UTC),
    )
    assert {entry.actor_id for entry in AuditEntry.objects.about(payment)} == {staff.pk}


def test_the_same_request_again_records_nothing_more(transfer, customer, staff_api):
    order = order_for(customer, method="transfer")
    first, second = recorded(staff_api, order), recorded(staff_api, order)
    other = recorded(staff_api, order, amount="1.00")

    assert (first.status_code, second.status_code) == (201, 201)
    assert (second.content, second["Idempotent-Replayed"]) == (first.content, "true")
    assert "Idempotent-Replayed" not in first
    assert refusal_of(other) == (422, "idempotency_key_reused", [])
    assert Order.objects.get().paid_total == Decimal("100.00")


@pytest.mark.parametrize("path", ["payments", "refunds"])
def test_the_key_is_obligatory(transfer, customer, staff_api, path):
    order = order_for(customer, method="transfer")
    body = (
        {"method": "transfer", "amount": "100.00"}
        if path == "payments"
        else {"amount": "1.00", "reason": "x"}
    )
    response = staff_api.post(f"/api/v1/admin/orders/{order.pk}/{path}/", body)

    assert refusal_of(response) == (400, "idempotency_key_required", [])
    assert not Payment.objects.exists()


def test_it_completes_the_open_payment_by_hand(transfer, customer, customer_api, staff_api):
    order = order_for(customer, method="transfer")
    begun = start(customer_api, order, method="transfer").json()
    response = recorded(staff_api, order, amount="60.00")

    assert (response.status_code, response.json()["id"]) == (201, begun["id"])
    assert (response.json()["amount"], response.json()["captured"]) == ("100.00", "60.00")
    assert money_of(order) == {"status": "pending", "payment_status": "partially_paid", "paid_total": "60.00"}


def test_parts_add_up(transfer, customer, staff_api):
    order = order_for(customer, method="transfer")
    for number, amount in enumerate(["33.33", "33.33", "33.34"]):
        assert recorded(staff_api, order, amount=amount, key=str(number)).status_code == 201

    assert money_of(order) == {"status": "processing", "payment_status": "paid", "paid_total": "100.00"}
    assert [payment.is_current for payment in Payment.objects.order_by("pk")].count(True) == 1


def test_money_for_a_cancelled_order_is_owed_back(transfer, customer, staff_api):
    order = order_for(customer, method="transfer")
    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=customer)
    response = recorded(staff_api, order)
    run_jobs(order, "settle_money")

    assert (response.status_code, response.json()["is_stray"]) == (201, True)
    refund = Refund.objects.get()
    assert (refund.amount, refund.cause, refund.status) == (Decimal("100.00"), "stray", "pending")


def test_more_than_is_due_is_recorded_and_owed_back(transfer, customer, staff_api):
    order = order_for(customer, method="transfer")
    recorded(staff_api, order, amount="130.00")
    run_jobs(order, "settle_money")

    assert Order.objects.get().paid_total == Decimal("130.00")
    assert Refund.objects.get().amount == Decimal("30.00")


@pytest.mark.parametrize("method", ["online", "barter"])
def test_only_methods_paid_by_hand(provider, online, customer, staff_api, method):
    response = recorded(staff_api, order_for(customer), method=method)

    fault = ("payment_method_unavailable", "/method")
    assert refusal_of(response) == (400, "payment_method_unavailable", [fault])
    assert not Payment.objects.exists()


def test_an_order_that_is_not_there(transfer, staff_api):
    response = by_staff(staff_api, "orders/999/payments/", {"method": "transfer", "amount": "1.00"})

    assert refusal_of(response) == (404, "not_found", [])


def test_more_than_can_be_counted_is_refused(transfer, customer, staff_api):
    order = order_for(customer, method="transfer")
    most = "9999999999999.99"

    assert recorded(staff_api, order, amount=most).status_code == 201
    assert refusal_of(recorded(staff_api, order, amount="0.01", key="two")) == (400, "total_too_large", [])
    assert Order.objects.get().paid_total == Decimal(most)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"amount": "0.00"}, ("min_value", "/amount")),
        ({"amount": "-1.00"}, ("min_value", "/amount")),
        ({"amount": "1.001"}, ("max_decimal_places", "/amount")),
        ({"amount": "99999999999999.00"}, ("max_digits", "/amount")),
        ({"amount": "1e3"}, ("invalid", "/amount")),
        ({"amount": None}, ("null", "/amount")),
        ({"method": ""}, ("blank", "/method")),
        ({"note": "x" * 1001}, ("max_length", "/note")),
        ({"note": "\0"}, ("null_characters_not_allowed", "/note")),
        ({"note": None}, ("null", "/note")),
        ({"received_at": "2026-11-24"}, ("invalid", "/received_at")),
        ({"received_at": "2026-11-24T12:00:00"}, ("invalid", "/received_at")),
        ({"received_at": "2026-02-30T12:00:00Z"}, ("invalid", "/received_at")),
        ({"received_at": 1}, ("invalid", "/received_at")),
        ({"received_at": "2999-01-01T00:00:00Z"}, ("max_value", "/received_at")),
        ({"received_at": "0001-01-01T00:00:00+14:00"}, ("min_value", "/received_at")),
        ({"currency": "EUR"}, ("unknown_member", "/currency")),
    ],
)
def test_a_wrong_body_is_refused(transfer, customer, staff_api, body, fault):
    response = recorded(staff_api, order_for(customer, method="transfer"), **body)

    assert refusal_of(response) == (400, "validation_error", [fault])
    assert not Payment.objects.exists()
