"""Refunds made in the provider's pages, while ours are under way, and pending ones."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from apps.jobs.models import Job, JobStatus
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.payments.models import Refund
from apps.payments.providers.base import ProviderRefused
from apps.payments.services import ask, refund_order, settle_money
from apps.payments.statuses import RefundState
from apps.payments.tests.tills import begun, money_of, order_for, paid, run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def give_back(order, amount, by):
    refund_order(order_id=order.pk, amount=Decimal(amount), reason="goodwill", note="", by=by)


def become(provider, number, state):
    """Have the provider's refund reach the state."""
    payment, snapshot = provider.refunds[number]
    provider.refunds[number] = (payment, replace(snapshot, status=state))
    if state == RefundState.SUCCEEDED:
        provider.change(payment, refunded=provider.payments[payment].refunded + snapshot.amount)


def told(order):
    refunds = Refund.objects.filter(order=order).order_by("pk")
    return [(f"{each.amount:.2f}", each.cause, each.status) for each in refunds]


def test_one_that_came_while_ours_was_on_its_way_counts_once_ours_is_made(provider, online, customer, staff):
    order = order_for(customer)
    payment = paid(provider, order)
    give_back(order, "10.00", staff)
    provider.add_refund(payment.provider_id, Decimal("5.00"))
    ask(payment)  # its callback: it may be ours
    assert told(order) == [("10.00", "manual", "created")]
    run_jobs(order, "refund")
    assert told(order) == [("10.00", "manual", "succeeded"), ("5.00", "external", "succeeded")]
    assert money_of(order) == {
        "status": "processing",
        "payment_status": "partially_refunded",
        "paid_total": "100.00",
        "refunded_total": "15.00",
        "allowance_total": "15.00",
    }


def test_one_that_came_while_ours_was_on_its_way_counts_if_ours_is_refused(provider, online, customer, staff):
    order = order_for(customer)
    payment = paid(provider, order)
    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=staff)
    settle_money(order.pk)
    provider.add_refund(payment.provider_id, Decimal("100.00"))
    ask(payment)
    provider.refuses = {"refund"}
    run_jobs(order)
    assert told(order) == [("100.00", "settlement", "failed"), ("100.00", "external", "succeeded")]
    assert money_of(order) == {
        "status": "cancelled",
        "payment_status": "refunded",
        "paid_total": "100.00",
        "refunded_total": "100.00",
        "cancelled_total": "100.00",
        "needs_look": "refund_failed",
    }


def test_a_pending_one_is_watched_to_its_end(provider, online, customer):
    order = order_for(customer)
    payment = paid(provider, order)
    provider.add_refund(payment.provider_id, Decimal("1.00"))
    provider.refund_state = RefundState.PENDING
    provider.add_refund(payment.provider_id, Decimal("20.00"), number="ref-1")
    ask(payment)
    assert told(order) == [("1.00", "external", "succeeded"), ("20.00", "external", "pending")]
    become(provider, "ref-1", RefundState.SUCCEEDED)
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=True):
        run_jobs(order, "refund")
    assert told(order) == [("1.00", "external", "succeeded"), ("20.00", "external", "succeeded")]
    assert money_of(order)["refunded_total"] == "21.00"


def test_a_refund_that_was_made_unheard_is_not_refused_by_the_answer_to_its_repetition(
    provider, online, customer, staff
):
    order = order_for(customer)
    paid(provider, order)
    provider.loses_answers = True
    give_back(order, "40.00", staff)
    run_jobs(order, "refund")
    assert told(order) == [("40.00", "manual", "created")]
    provider.loses_answers, provider.refuses = False, {"refund"}  # as for a body that is another by now
    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=True):
        run_jobs(order, "refund")
    assert told(order) == [("40.00", "manual", "succeeded")]
    assert money_of(order) == {
        "status": "processing",
        "payment_status": "partially_refunded",
        "paid_total": "100.00",
        "refunded_total": "40.00",
        "allowance_total": "40.00",
    }


def test_a_refund_is_not_refused_by_a_provider_that_will_not_tell_of_it(
    provider, online, customer, staff, monkeypatch
):
    order = order_for(customer)
    payment = paid(provider, order)
    provider.refund_state = RefundState.PENDING
    give_back(order, "40.00", staff)
    run_jobs(order, "refund")
    refund = Refund.objects.get()
    assert (refund.status, refund.provider_id) == ("pending", f"ref-{refund.uid}")

    def refuse(number):
        raise ProviderRefused("not_found")

    with monkeypatch.context() as patch:
        patch.setattr(provider, "fetch_refund", refuse)
        with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=True):
            run_jobs(order, "refund")
    assert told(order) == [("40.00", "manual", "pending")]
    assert money_of(order)["needs_look"] == "refund_stuck"
    payment.refresh_from_db()
    assert not payment.refund_blocked
    # It is asked on, and ends when the provider tells again.
    become(provider, refund.provider_id, RefundState.SUCCEEDED)
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=True):
        run_jobs(order, "refund")
    assert told(order) == [("40.00", "manual", "succeeded")]


def test_money_counts_though_the_provider_will_not_list_refunds(provider, online, customer, monkeypatch):
    order = order_for(customer)
    payment = begun(order)
    provider.pay(payment.provider_id)
    provider.add_refund(payment.provider_id, Decimal("5.00"))

    def refuse(number):
        raise ProviderRefused("forbidden")

    monkeypatch.setattr(provider, "refunds_of", refuse)
    with time_machine.travel(timezone.now() + timedelta(seconds=31), tick=True):
        run_jobs(order, "payment_check")
    assert Job.objects.get(kind="payment_check").status == JobStatus.DONE
    assert money_of(order) == {"status": "processing", "payment_status": "paid", "paid_total": "100.00"}
