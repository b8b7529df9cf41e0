"""Money that people receive and give back by hand."""

from decimal import Decimal

import pytest

from apps.audit.models import AuditEntry
from apps.orders.models import Order, PaymentMethod
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.payments.exceptions import RefundNotPending
from apps.payments.models import Payment, Refund
from apps.payments.services import (
    confirm_refund,
    fail_refund,
    record_payment,
    refund_order,
)
from apps.payments.statuses import RefundState
from apps.payments.tests.tills import begun, money_of, order_for, run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def give_back(order, amount, by, reason="goodwill"):
    return refund_order(order_id=order.pk, amount=Decimal(amount), reason=reason, note="", by=by)


def told(order):
    refunds = Refund.objects.filter(order=order).order_by("pk")
    return [(f"{each.amount:.2f}", each.cause, each.status, f"{each.allowance:.2f}") for each in refunds]


def credit(order, amount):
    """Lower what is due, as a returned piece does."""
    order = Order.objects.get(pk=order.pk)
    order.returned_total += Decimal(amount)
    order.save(update_fields=["returned_total"])


def test_money_received_by_hand_is_given_back_by_hand(customer, staff):
    order = order_for(customer, method="manual")
    payment = begun(order, method="manual")
    assert (payment.status, payment.next_action["type"]) == ("pending", "transfer")
    received = record_payment(
        order_id=order.pk, method="manual", amount=Decimal("100.00"), received_at=None, note="№ 7", by=staff
    )
    assert (received.pk, received.status, received.note) == (payment.pk, "paid", "№ 7")
    assert money_of(order) == {"status": "processing", "payment_status": "paid", "paid_total": "100.00"}
    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=staff)
    run_jobs(order)
    assert told(order) == [("100.00", "settlement", "pending", "0.00")]
    refund = confirm_refund(uid=Refund.objects.get().uid, note="", by=staff)
    assert refund.status == RefundState.SUCCEEDED
    entry = AuditEntry.objects.filter(target_kind="payments.refund", changes__has_key="status").get()
    assert (entry.actor, entry.changes["status"]) == (staff, ["pending", "succeeded"])
    assert money_of(order)["payment_status"] == "refunded"
    with pytest.raises(RefundNotPending):
        fail_refund(uid=refund.uid, note="", by=staff)


def test_money_that_cannot_be_given_back_by_hand_blocks_its_payment(customer, staff):
    order = order_for(customer, method="manual")
    record_payment(
        order_id=order.pk, method="manual", amount=Decimal("100.00"), received_at=None, note="", by=staff
    )
    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=staff)
    run_jobs(order)
    fail_refund(uid=Refund.objects.get().uid, note="account closed", by=staff)
    run_jobs(order)
    assert told(order) == [("100.00", "settlement", "failed", "0.00")]
    assert Payment.objects.get().refund_blocked
    assert money_of(order)["needs_look"] == "refund_failed"


def test_a_payment_that_nothing_is_left_for_is_given_up(provider, online, customer, staff):
    order = order_for(customer)
    payment = begun(order)
    record_payment(
        order_id=order.pk, method="manual", amount=Decimal("100.00"), received_at=None, note="", by=staff
    )
    run_jobs(order)
    payment.refresh_from_db()
    assert (payment.status, payment.is_current) == ("cancelled", False)
    assert money_of(order) == {"status": "processing", "payment_status": "paid", "paid_total": "100.00"}


def test_cash_on_delivery_asks_for_no_transfer(customer):
    PaymentMethod.objects.create(
        code="cash", name_ru="Наличными", provider="manual", terms="on_delivery", instructions_ru="Без сдачи"
    )
    order = order_for(customer, method="cash")
    assert begun(order, method="cash").next_action == {"type": "none", "instructions": "Без сдачи"}
