"""Whole ways of payments with YooKassa: begun, paid, ended, paid late, given back; with lost answers."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from apps.jobs.models import Job
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.payments.exceptions import PaymentRefused
from apps.payments.models import Payment, ProviderEvent, Refund
from apps.payments.services import cancel_payment, expire_order, refund_order, take_notice
from apps.payments.tests.tills import begun, money_of, order_for, run_jobs
from apps.payments.tests.yookassa.server import notification

pytestmark = pytest.mark.django_db


def notified(yookassa, order, event, about):
    """Take a notification, as the address of callbacks does, and do what follows of it."""
    notice = yookassa.read_callback(notification(event, about), {}, address="192.0.2.1")
    is_known = take_notice("yookassa", notice)
    run_jobs(order)
    return is_known


def paid(server, yookassa, order):
    payment = begun(order)
    assert notified(yookassa, order, "payment.succeeded", server.pay(payment.provider_id))
    return Payment.objects.get(pk=payment.pk)


def test_paid_order_is_processed(server, yookassa, online, customer):
    order = order_for(customer)
    payment = begun(order)
    assert payment.next_action["url"] == f"https://yoomoney.ru/pay?id={payment.provider_id}"

    payment = paid(server, yookassa, order)
    assert (payment.status, payment.card_brand, payment.card_last4) == ("paid", "Mir", "4477")
    assert money_of(order) == {"status": "processing", "payment_status": "paid", "paid_total": "100.00"}
    event = ProviderEvent.objects.get()
    assert (event.event_id, event.payment) == (f"payment.succeeded:{payment.provider_id}", payment)
    assert "220138" not in event.body


def test_notification_that_lies_moves_nothing(server, yookassa, online, customer):
    order = order_for(customer)
    payment = begun(order)
    lie = {**server.objects["payments"][payment.provider_id], "status": "succeeded"}

    assert notified(yookassa, order, "payment.succeeded", lie)
    assert money_of(order) == {"status": "pending", "payment_status": "pending", "open_payments": 1}
    assert notified(yookassa, order, "payment.succeeded", server.pay(payment.provider_id))
    assert money_of(order)["payment_status"] == "paid"


def test_notification_about_nobody_s_payment_asks_nobody(server, yookassa, online, customer):
    order = order_for(customer)
    calls = len(server.calls)

    assert not notified(yookassa, order, "payment.succeeded", {"id": "payments-0009"})
    assert len(server.calls) == calls
    assert not ProviderEvent.objects.exists()


@pytest.mark.parametrize("fault", ["500", "lose"])
def test_payment_without_an_answer_is_begun_once(server, yookassa, online, customer, fault):
    server.faults = [fault]
    order = order_for(customer)
    payment = begun(order)
    assert (payment.status, payment.provider_id) == ("created", None)

    Job.objects.filter(kind="payment_create").update(run_at=timezone.now())
    run_jobs(order, "payment_create")
    payment.refresh_from_db()
    assert (payment.status, payment.provider_id) == ("requires_action", "payments-0001")
    assert len(server.objects["payments"]) == 1


def test_refused_payment_has_failed_with_the_code(server, yookassa, online, customer):
    server.refuses = {"payments": "forbidden"}
    with pytest.raises(PaymentRefused) as refused:
        begun(order_for(customer))
    assert refused.value.failure_code == "forbidden"
    assert Payment.objects.get().status == "failed"


def test_declined_payment_can_be_tried_again(server, yookassa, online, customer):
    order = order_for(customer)
    first = begun(order)
    notified(yookassa, order, "payment.canceled", server.end(first.provider_id, "insufficient_funds"))
    first.refresh_from_db()
    assert (first.status, first.failure_code) == ("failed", "insufficient_funds")

    second = paid(server, yookassa, order)
    assert second.pk != first.pk
    assert money_of(order)["payment_status"] == "paid"


def test_payment_that_was_given_up_is_watched_until_it_ends(server, yookassa, online, customer):
    order = order_for(customer)
    payment = cancel_payment(begun(order))
    run_jobs(order)
    payment.refresh_from_db()
    assert (payment.status, payment.is_current) == ("requires_action", False)

    notified(yookassa, order, "payment.canceled", server.end(payment.provider_id, "expired_on_confirmation"))
    payment.refresh_from_db()
    assert (payment.status, payment.failure_code) == ("expired", "expired_on_confirmation")
    assert money_of(order) == {"status": "pending", "payment_status": "unpaid"}


def test_money_for_a_cancelled_order_comes_back(server, yookassa, online, customer, staff):
    order = order_for(customer)
    payment = begun(order)
    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=staff)
    notified(yookassa, order, "payment.succeeded", server.pay(payment.provider_id))

    payment.refresh_from_db()
    assert (payment.is_stray, payment.refunded) == (True, Decimal("100.00"))
    assert server.objects["payments"][payment.provider_id]["refunded_amount"]["value"] == "100.00"
    assert money_of(order)["payment_status"] == "refunded"


def test_late_success_of_an_expired_order_comes_back(server, yookassa, online, customer):
    order = order_for(customer)
    payment = begun(order)
    server.end(payment.provider_id, "expired_on_confirmation")
    notified(yookassa, order, "payment.canceled", server.objects["payments"][payment.provider_id])
    type(order).objects.filter(pk=order.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    expire_order(order.pk)
    assert money_of(order)["status"] == "cancelled"

    notified(yookassa, order, "payment.succeeded", server.pay(payment.provider_id))
    payment.refresh_from_db()
    assert (payment.status, payment.captured, payment.refunded) == ("paid", Decimal(100), Decimal(100))
    assert money_of(order)["payment_status"] == "refunded"


def test_money_that_waits_to_be_captured_has_somebody_look(server, yookassa, online, customer):
    order = order_for(customer)
    payment = begun(order)
    about = server.pay(payment.provider_id, status="waiting_for_capture")
    notified(yookassa, order, "payment.waiting_for_capture", about)

    assert money_of(order) == {
        "status": "pending",
        "payment_status": "pending",
        "open_payments": 1,
        "needs_look": "uncaptured",
    }


@pytest.mark.parametrize("fault", ["500", "lose", "429"])
def test_refund_without_an_answer_is_made_once(server, yookassa, online, customer, staff, fault):
    order = order_for(customer)
    payment = paid(server, yookassa, order)
    refund_order(order_id=order.pk, amount=Decimal("30.00"), reason="goodwill", note="", by=staff)
    server.faults = [fault]
    run_jobs(order, "refund")
    assert Refund.objects.get().status == "created"

    Job.objects.filter(kind="refund").update(run_at=timezone.now())
    run_jobs(order, "refund")
    refund = Refund.objects.get()
    assert (refund.status, refund.provider_id) == ("succeeded", "refunds-0001")
    assert len(server.objects["refunds"]) == 1
    assert server.objects["payments"][payment.provider_id]["refunded_amount"]["value"] == "30.00"
    assert money_of(order)["refunded_total"] == "30.00"


def test_refused_refund_has_somebody_look(server, yookassa, online, customer, staff):
    order = order_for(customer)
    payment = paid(server, yookassa, order)
    refund_order(order_id=order.pk, amount=Decimal("30.00"), reason="goodwill", note="", by=staff)
    server.refuses = {"refunds": "forbidden"}
    run_jobs(order)

    refund = Refund.objects.get()
    assert (refund.status, refund.failure_code) == ("failed", "forbidden")
    payment.refresh_from_db()
    assert payment.refund_blocked
    assert money_of(order)["needs_look"] == "refund_failed"


def test_refund_in_yookassa_s_pages_is_counted_once(server, yookassa, online, customer):
    order = order_for(customer)
    payment = paid(server, yookassa, order)
    refund = server.give_back(payment.provider_id, "25.00")
    for _time in range(3):
        notified(yookassa, order, "refund.succeeded", refund)

    made = Refund.objects.get()
    assert (made.cause, made.amount, made.allowance) == ("external", Decimal(25), Decimal(25))
    assert money_of(order) == {
        "status": "processing",
        "payment_status": "partially_refunded",
        "paid_total": "100.00",
        "refunded_total": "25.00",
        "allowance_total": "25.00",
    }


def test_refund_whose_answer_was_lost_is_known_by_its_notification(server, yookassa, online, customer, staff):
    order = order_for(customer)
    payment = paid(server, yookassa, order)
    refund_order(order_id=order.pk, amount=Decimal("30.00"), reason="goodwill", note="", by=staff)
    server.faults = ["lose"]
    run_jobs(order, "refund")
    notified(yookassa, order, "refund.succeeded", server.objects["refunds"]["refunds-0001"])

    refund = Refund.objects.get()
    assert (refund.status, refund.cause, refund.provider_id) == ("succeeded", "manual", "refunds-0001")
    Job.objects.filter(kind="refund").update(run_at=timezone.now())
    run_jobs(order)
    payment.refresh_from_db()
    assert (payment.refunded, len(server.objects["refunds"])) == (Decimal(30), 1)
    assert money_of(order)["refunded_total"] == "30.00"


def test_second_payment_that_succeeds_too_goes_back(server, yookassa, online, customer):
    order = order_for(customer)
    first = cancel_payment(begun(order))
    second = paid(server, yookassa, order)
    assert second.pk != first.pk
    notified(yookassa, order, "payment.succeeded", server.pay(first.provider_id))

    first.refresh_from_db()
    assert (first.is_stray, first.captured, first.refunded) == (True, Decimal(100), Decimal(100))
    assert money_of(order) == {
        "status": "processing",
        "payment_status": "paid",
        "paid_total": "200.00",
        "refunded_total": "100.00",
        "stray_refunded_total": "100.00",
    }
