"""Receipts that cannot be made, are not registered, or whose answers are lost."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.catalog.tests.factories import make_product
from apps.jobs.models import Job
from apps.orders.checkout import BasketLine, Checkout
from apps.orders.models import Order, OrderItem
from apps.orders.services import place_order
from apps.orders.tests.factories import moved
from apps.payments.exceptions import PaymentRefused
from apps.payments.models import FiscalReceipt, Payment, Refund
from apps.payments.services import ask, refund_order
from apps.payments.tests.tills import begun, money_of, run_jobs
from apps.payments.tests.yookassa.receipts import paid, receipt_jobs, receipts_of, sent, ship

pytestmark = pytest.mark.django_db


def test_rate_that_russia_does_not_know_is_refused(server, order):
    OrderItem.objects.filter(order=order).update(tax_rate=Decimal(19))
    with pytest.raises(PaymentRefused) as refused:
        begun(order)
    assert refused.value.failure_code == "vat_rate_unknown"
    assert server.calls == []


def test_receipt_needs_the_customer_s_address(server, order, customer):
    type(customer).objects.filter(pk=customer.pk).update(email="")
    with pytest.raises(PaymentRefused) as refused:
        begun(Order.objects.get(pk=order.pk))
    assert refused.value.failure_code == "email_missing"
    assert server.calls == []


def test_order_of_more_lines_than_a_receipt_has_is_refused(server, online, customer):
    lines = [BasketLine(make_product(price="1.00").pk, 1) for _line in range(101)]
    checkout = Checkout(lines, payment_method="online")
    placed = place_order(user=customer, checkout=checkout, language="ru")
    with pytest.raises(PaymentRefused) as refused:
        begun(Order.objects.get(pk=placed.pk))
    assert refused.value.failure_code == "receipt_too_long"


def test_repeated_creation_says_what_the_first_one_said(server, order):
    server.faults = ["lose"]
    payment = begun(order)
    OrderItem.objects.filter(order=order, product_name="Чай").update(cancelled_quantity=1)
    Job.objects.filter(kind="payment_create").update(run_at=timezone.now())
    run_jobs(order, "payment_create")

    payment.refresh_from_db()
    assert payment.status == "requires_action"
    assert FiscalReceipt.objects.count() == 1


def test_lost_answer_registers_a_hand_over_once(server, order, staff):
    paid(server, order)
    moved(order, "shipped", by=staff)
    server.faults = ["lose"]
    run_jobs(order)
    assert receipts_of(order)[-1] == ("settlement", "pending", "250.00")

    Job.objects.filter(kind="fiscal_receipt").update(run_at=timezone.now())
    run_jobs(order)
    assert receipts_of(order)[-1] == ("settlement", "succeeded", "250.00")
    assert len(server.objects["receipts"]) == 1


def test_part_of_a_prepayment_cannot_be_given_back_without_an_address(server, order, customer, staff):
    paid(server, order)
    type(customer).objects.filter(pk=customer.pk).update(email="")
    refund_order(order_id=order.pk, amount=Decimal("25.00"), reason="goodwill", note="", by=staff)
    run_jobs(order)

    refund = Refund.objects.get()
    assert (refund.status, refund.failure_code) == ("failed", "email_missing")
    assert money_of(order)["needs_look"] == "refund_failed"
    assert sent(server, "refunds") == []


def test_refund_that_has_failed_leaves_its_pieces_on_the_receipt(server, order, staff):
    payment = paid(server, order)
    server.refuses = {"refunds": "forbidden"}
    refund_order(order_id=order.pk, amount=Decimal("25.00"), reason="goodwill", note="", by=staff)
    run_jobs(order)
    assert Refund.objects.get().status == "failed"

    server.refuses = {}
    Payment.objects.filter(pk=payment.pk).update(refund_blocked=False)
    refund_order(order_id=order.pk, amount=Decimal("250.00"), reason="return", note="", by=staff)
    run_jobs(order)
    assert [row[2] for row in receipts_of(order)] == ["250.00", "25.00", "250.00"]


def test_receipt_of_a_payment_that_is_not_registered_has_somebody_look(server, order):
    server.receipt_state = "canceled"
    paid(server, order)

    assert receipts_of(order) == [("payment", "canceled", "250.00")]
    assert receipt_jobs() == ["failed"]
    assert money_of(order) == {
        "status": "processing",
        "payment_status": "paid",
        "paid_total": "250.00",
        "needs_look": "receipt_failed",
    }


@pytest.mark.parametrize("what", ["canceled", "refused", "erased"])
def test_hand_over_that_is_not_registered_has_somebody_look(server, order, customer, staff, what):
    paid(server, order)
    if what == "canceled":
        server.receipt_state = "canceled"
    elif what == "refused":
        server.refuses = {"receipts": "forbidden"}
    else:
        type(customer).objects.filter(pk=customer.pk).update(email="")
    ship(order, staff)

    assert receipts_of(order)[-1] == ("settlement", "canceled", "250.00")
    assert receipt_jobs() == ["done", "failed"]
    assert money_of(order)["needs_look"] == "receipt_failed"


def test_registration_has_its_time_from_the_payment_on(server, order):
    server.receipt_state = "pending"
    payment = begun(order)
    FiscalReceipt.objects.update(created_at=timezone.now() - timedelta(days=4))
    server.pay(payment.provider_id)
    ask(payment)
    run_jobs(order)

    assert receipts_of(order) == [("payment", "pending", "250.00")]


def test_registration_is_asked_for_until_it_is_over_and_given_up_after_three_days(server, order):
    server.receipt_state = "pending"
    payment = paid(server, order)
    assert receipts_of(order) == [("payment", "pending", "250.00")]
    job = Job.objects.get(kind="fiscal_receipt")
    assert (job.status, job.run_at > timezone.now()) == ("pending", True)

    Job.objects.filter(kind="fiscal_receipt").update(run_at=timezone.now())
    server.objects["payments"][payment.provider_id]["receipt_registration"] = "succeeded"
    run_jobs(order)
    assert receipts_of(order) == [("payment", "succeeded", "250.00")]

    now = timezone.now()
    FiscalReceipt.objects.update(status="pending")
    Job.objects.filter(kind="fiscal_receipt").update(
        status="pending", run_at=now, created_at=now - timedelta(days=3, seconds=1)
    )
    server.objects["payments"][payment.provider_id]["receipt_registration"] = "pending"
    run_jobs(order)
    assert receipts_of(order) == [("payment", "canceled", "250.00")]
    assert money_of(order)["needs_look"] == "receipt_failed"


def test_hand_over_that_nobody_confirmed_is_not_sent_again_after_its_key_s_time(server, order, staff):
    paid(server, order)
    moved(order, "shipped", by=staff)
    FiscalReceipt.objects.filter(kind="settlement").update(created_at=timezone.now() - timedelta(hours=21))
    run_jobs(order)

    assert sent(server, "receipts") == []
    assert receipts_of(order)[-1] == ("settlement", "canceled", "250.00")
