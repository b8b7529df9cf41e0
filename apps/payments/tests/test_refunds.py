"""Refunds: what is owed goes back by itself, staff give more, and a refused one goes another way."""

from dataclasses import replace
from decimal import Decimal

import pytest

from apps.jobs.models import Job
from apps.orders.models import Order, PaymentMethod
from apps.orders.services import change_status, clear_needs_look, note_money
from apps.orders.statuses import OrderStatus
from apps.payments.exceptions import RefundExceedsPaid
from apps.payments.models import Payment, Refund
from apps.payments.services import (
    ask,
    refund_order,
    settle_money,
    unblock_refunds,
)
from apps.payments.statuses import RefundState
from apps.payments.tests.tills import begun, money_of, order_for, paid, run_jobs

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


def test_a_cancelled_order_gives_all_back(provider, online, customer, staff):
    order = order_for(customer, price="33.33", quantity=3)
    paid(provider, order)
    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=staff)
    run_jobs(order)
    assert told(order) == [("99.99", "settlement", "succeeded", "0.00")]
    assert money_of(order) == {
        "status": "cancelled",
        "payment_status": "refunded",
        "paid_total": "99.99",
        "refunded_total": "99.99",
        "cancelled_total": "99.99",
    }
    settle_money(order.pk)
    run_jobs(order)
    assert len(told(order)) == 1


def test_three_thirds_and_the_last_cent_and_no_more(provider, online, customer, staff):
    order = order_for(customer)
    paid(provider, order)
    for _time in range(3):
        give_back(order, "33.33", staff)
    give_back(order, "0.01", staff)
    with pytest.raises(RefundExceedsPaid) as refused:
        give_back(order, "0.01", staff)
    assert refused.value.as_payload() == {"refundable": "0.00"}
    run_jobs(order)
    assert money_of(order) == {
        "status": "processing",
        "payment_status": "refunded",
        "paid_total": "100.00",
        "refunded_total": "100.00",
        "allowance_total": "100.00",
    }


def test_goodwill_first_and_then_a_returned_piece(provider, online, customer, staff):
    order = order_for(customer, quantity=3)
    paid(provider, order)
    give_back(order, "100.00", staff)
    run_jobs(order)
    credit(order, "100.00")
    settle_money(order.pk)
    run_jobs(order)
    assert told(order) == [
        ("100.00", "manual", "succeeded", "100.00"),
        ("100.00", "settlement", "succeeded", "0.00"),
    ]
    assert money_of(order)["refunded_total"] == "200.00"


def test_a_manual_refund_pays_what_is_owed_first(provider, online, customer, staff):
    order = order_for(customer, quantity=3)
    paid(provider, order)
    credit(order, "100.00")
    give_back(order, "150.00", staff)
    assert told(order) == [("150.00", "manual", "created", "50.00")]
    run_jobs(order)
    settle_money(order.pk)
    assert len(told(order)) == 1
    order.refresh_from_db()
    assert order.balance == 0


def test_a_refund_that_fails_takes_its_allowance_back_and_leaves_what_was_owed(
    provider, online, customer, staff
):
    order = order_for(customer, quantity=3)
    paid(provider, order)
    credit(order, "100.00")
    provider.refuses.add("refund")
    give_back(order, "150.00", staff)
    run_jobs(order)
    assert told(order) == [("150.00", "manual", "failed", "0.00")]
    assert money_of(order) == {
        "status": "processing",
        "payment_status": "overpaid",
        "paid_total": "300.00",
        "needs_look": "refund_failed",
    }
    # Staff let it be tried again.
    provider.refuses.clear()
    unblock_refunds(Payment.objects.get(order=order), by=staff)
    run_jobs(order)
    assert told(order)[1:] == [("100.00", "settlement", "succeeded", "0.00")]


def test_a_refused_refund_goes_on_with_the_other_payment(provider, online, customer, staff):
    order = order_for(customer, quantity=2)
    first = begun(order)
    provider.pay(first.provider_id, Decimal("120.00"))
    ask(first)
    second = paid(provider, order)
    assert second.amount == Decimal("80.00")
    Payment.objects.filter(pk=second.pk).update(refund_blocked=True)
    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=staff)
    run_jobs(order)
    assert told(order) == [("120.00", "settlement", "succeeded", "0.00")]
    assert money_of(order)["needs_look"] == "amount_mismatch"  # the first reason stays
    order.refresh_from_db()
    assert order.balance == Decimal("-80.00")


def test_what_no_payment_can_give_back_somebody_has_to_look_at(provider, online, customer, staff):
    order = order_for(customer)
    payment = paid(provider, order)
    Payment.objects.filter(pk=payment.pk).update(refund_blocked=True)
    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=staff)
    run_jobs(order)
    assert told(order) == []
    assert money_of(order)["needs_look"] == "owed"


def test_settling_that_can_do_nothing_does_not_go_on_and_on(provider, online, customer, staff):
    PaymentMethod.objects.create(code="other", name_ru="Иначе", provider="emulator", terms="prepaid")
    provider.can_cancel = False
    order = order_for(customer)
    superseded = begun(order)
    payment = paid(provider, order, method="other")
    run_jobs(order)  # the cancellation, in vain
    Payment.objects.filter(pk=payment.pk).update(refund_blocked=True)
    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=staff)
    run_jobs(order)
    superseded.refresh_from_db()
    assert superseded.is_open
    assert money_of(order)["needs_look"] == "owed"
    settlements = Job.objects.filter(kind="settle_money").values_list("status", flat=True)
    assert list(settlements) == ["done"]


def test_a_refund_in_the_providers_pages_counts_like_one_by_staff(provider, online, customer):
    order = order_for(customer)
    payment = paid(provider, order)
    provider.add_refund(payment.provider_id, Decimal("30.00"))
    for _time in range(3):
        ask(payment)
    assert told(order) == [("30.00", "external", "succeeded", "30.00")]
    assert money_of(order) == {
        "status": "processing",
        "payment_status": "partially_refunded",
        "paid_total": "100.00",
        "refunded_total": "30.00",
        "allowance_total": "30.00",
    }


def test_a_refund_of_ours_that_is_under_way_is_counted_once(provider, online, customer, staff):
    order = order_for(customer)
    payment = paid(provider, order)
    provider.loses_answers = True
    give_back(order, "40.00", staff)
    run_jobs(order)  # it is made there, and nobody has heard of it
    provider.add_refund(payment.provider_id, Decimal("10.00"))
    ask(payment)
    assert told(order) == [
        ("40.00", "manual", "succeeded", "40.00"),
        ("10.00", "external", "succeeded", "10.00"),
    ]
    assert money_of(order)["refunded_total"] == "50.00"


def test_a_refund_that_comes_back_from_the_bank_is_not_given_back(provider, online, customer, staff):
    order = order_for(customer)
    paid(provider, order)
    give_back(order, "40.00", staff)
    run_jobs(order)
    number, (payment_id, snapshot) = next(iter(provider.refunds.items()))
    provider.refunds[number] = (payment_id, replace(snapshot, status=RefundState.FAILED))
    provider.change(payment_id, refunded=Decimal(0))
    ask(Payment.objects.get(order=order))
    assert told(order) == [("40.00", "manual", "failed", "0.00")]
    assert money_of(order) == {
        "status": "processing",
        "payment_status": "paid",
        "paid_total": "100.00",
        "needs_look": "refund_failed",
    }


def test_the_first_reason_to_look_stays_until_somebody_has_looked(customer):
    order = order_for(customer, method="manual")
    note_money(order, needs_look="owed")
    note_money(order, needs_look="refund_failed")
    assert money_of(order)["needs_look"] == "owed"


def test_another_amount_is_told_once(provider, online, customer, staff):
    order = order_for(customer)
    payment = begun(order)
    provider.pay(payment.provider_id, Decimal("120.00"))
    ask(payment)
    assert money_of(order)["needs_look"] == "amount_mismatch"
    clear_needs_look(order_id=order.pk, by=staff)
    run_jobs(order)
    ask(payment)  # after the callback of the refund
    assert told(order) == [("20.00", "stray", "succeeded", "0.00")]
    assert "needs_look" not in money_of(order)


def test_a_stray_payment_goes_back_before_the_newest(provider, online, customer, staff):
    PaymentMethod.objects.create(code="other", name_ru="Иначе", provider="emulator", terms="prepaid")
    order = order_for(customer)
    first = begun(order)
    provider.can_cancel = False
    second = begun(order, method="other")
    for payment in (first, second):
        provider.pay(payment.provider_id)
        ask(payment)
    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=staff)
    run_jobs(order)
    by_payment = dict(Refund.objects.filter(order=order).values_list("payment", "cause"))
    assert by_payment == {first.pk: "settlement", second.pk: "stray"}
    assert money_of(order)["payment_status"] == "refunded"
