"""Refunds that nobody knows the outcome of: never made twice, and never forgotten."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.orders.models import Order
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.payments.models import Refund
from apps.payments.providers.base import ProviderRefused
from apps.payments.services import note_looked_into, refund_order
from apps.payments.tests.tills import money_of, order_for, paid, run_jobs

pytestmark = pytest.mark.django_db
HUNDRED = Decimal("100.00")


def after(**elapsed: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(**elapsed), tick=True)


def refuse(*_arguments: object) -> None:
    raise ProviderRefused("forbidden")


def test_refund_is_not_given_up_where_the_list_is_refused_as_well(
    provider, online, customer, staff, monkeypatch
):
    order = order_for(customer, price="300.00")
    payment = paid(provider, order)
    provider.loses_answers = True
    refund_order(order_id=order.pk, amount=HUNDRED, reason="goodwill", note="", by=staff)
    run_jobs(order)
    provider.loses_answers = False
    with monkeypatch.context() as everything_is_refused:
        for name in ("refund", "refunds_of", "fetch"):
            everything_is_refused.setattr(provider, name, refuse)
        with after(minutes=5):
            run_jobs(order)
    under_way = Refund.objects.get().status

    with after(minutes=15):
        run_jobs(order)

    refund = Refund.objects.get()
    assert (under_way, refund.status) == ("created", "succeeded")
    assert provider.payments[payment.provider_id].refunded == HUNDRED
    assert money_of(order)["refunded_total"] == "100.00"


def test_refund_that_was_never_sent_is_sent_however_late(provider, online, customer, staff):
    order = order_for(customer)
    payment = paid(provider, order)
    provider.is_unreachable = True
    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=staff)
    run_jobs(order)
    before = Refund.objects.get()
    provider.is_unreachable = False

    with after(hours=20, minutes=5):
        run_jobs(order)

    assert (before.status, before.sent_at) == ("created", None)
    assert Refund.objects.get().status == "succeeded"
    assert provider.payments[payment.provider_id].refunded == HUNDRED


def test_refund_that_stays_unknown_is_told_of_again_after_somebody_has_looked(
    provider, online, customer, staff, monkeypatch
):
    order = order_for(customer)
    paid(provider, order)
    provider.loses_answers = True
    refund_order(order_id=order.pk, amount=Decimal("10.00"), reason="goodwill", note="", by=staff)
    run_jobs(order)
    provider.loses_answers = False
    provider.refunds.clear()
    with after(hours=21):
        run_jobs(order)
        first = Order.objects.get(pk=order.pk).needs_look
        note_looked_into(order_id=order.pk, by=staff)
        looked = Order.objects.get(pk=order.pk).needs_look

    with after(hours=46):
        run_jobs(order)

    assert (first, looked, Order.objects.get(pk=order.pk).needs_look) == (
        "refund_stuck", "", "refund_stuck",
    )  # fmt: skip
    assert Refund.objects.get().status == "created"
