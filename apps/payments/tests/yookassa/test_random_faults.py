"""Whatever goes wrong between the store and YooKassa: in the end both say the same, nothing is done twice."""

import random
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.jobs.models import Job, JobStatus
from apps.orders.models import Order
from apps.orders.tests.factories import moved
from apps.payments.models import FiscalReceipt, Payment, Refund
from apps.payments.services import refund_order
from apps.payments.tests.tills import begun, run_jobs

pytestmark = pytest.mark.django_db

FAULTS = ["500", "503", "429", "202", "401", "lose", "lose", "garbage", ""]


def make_trouble(server, rnd):
    server.faults = [rnd.choice(FAULTS) for _call in range(rnd.randint(0, 4))]


def settle_down(order):
    """Do all that is to be done, as if time passed."""
    for _round in range(12):
        waiting = Job.objects.filter(subject=f"money:{order.pk}", status=JobStatus.PENDING)
        waiting.exclude(kind__in=["expire_order"]).update(run_at=timezone.now(), attempts=0)
        run_jobs(order)


@pytest.mark.parametrize(
    "seed", [*range(2), *(pytest.param(n, marks=pytest.mark.long) for n in range(2, 40))]
)
def test_both_say_the_same_in_the_end(server, order, staff, seed):
    rnd = random.Random(seed)
    make_trouble(server, rnd)
    begun(order)
    settle_down(order)
    payment = Payment.objects.get()
    assert (payment.status, len(server.objects["payments"])) == ("requires_action", 1)

    server.pay(payment.provider_id)
    make_trouble(server, rnd)
    settle_down(order)
    is_shipped = rnd.random() < 0.5
    for part in range(rnd.randint(1, 3)):
        if part == 0 and is_shipped:
            moved(order, "shipped", by=staff)
        amount = Decimal(rnd.randint(1, 6000)) / 100
        refund_order(order_id=order.pk, amount=amount, reason="goodwill", note="", by=staff)
        make_trouble(server, rnd)
        settle_down(order)
    settle_down(order)

    there = server.objects["payments"][payment.provider_id]
    now = Order.objects.get(pk=order.pk)
    assert (there["status"], now.paid_total) == ("succeeded", Decimal("250.00"))
    assert Decimal(there.get("refunded_amount", {"value": "0"})["value"]) == now.refunded_total
    assert len(server.objects["refunds"]) == Refund.objects.filter(status="succeeded").count()
    assert not Refund.objects.exclude(status="succeeded").exists()
    assert (now.status, now.needs_look) == ("shipped" if is_shipped else "processing", "")
    assert set(FiscalReceipt.objects.values_list("status", flat=True)) == {"succeeded"}
    assert len(server.objects["receipts"]) == int(is_shipped)
