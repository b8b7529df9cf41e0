"""What a provider says is applied whatever the order it comes in, and the order follows the money."""

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from apps.audit.models import AuditEntry
from apps.jobs.models import Job
from apps.orders.models import PaymentMethod, StatusChange
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.payments.models import Payment
from apps.payments.services import apply, ask, cancel_payment
from apps.payments.tests.tills import begun, money_of, order_for, paid, run_jobs

pytestmark = pytest.mark.django_db


def kinds_of(order):
    jobs = Job.objects.filter(subject__in=[f"order:{order.pk}", f"money:{order.pk}"])
    return sorted(jobs.values_list("kind", flat=True))


def test_a_paid_order_is_processed_by_the_store_and_one_mail_tells_it(provider, online, customer):
    order = order_for(customer)
    payment = begun(order)
    before = kinds_of(order)
    provider.pay(payment.provider_id, card_brand="MIR", card_last4="4242")
    payment = ask(payment)

    assert (payment.status, payment.captured, payment.card_brand, payment.card_last4) == (
        "paid",
        Decimal("100.00"),
        "MIR",
        "4242",
    )
    assert payment.next_action is None
    assert payment.received_at is not None
    assert money_of(order) == {"status": "processing", "payment_status": "paid", "paid_total": "100.00"}
    last = StatusChange.objects.filter(order=order).last()
    assert (last.from_status, last.to_status, last.actor_name) == ("pending", "processing", "system")
    assert kinds_of(order) == sorted([*before, "status_email"])
    entry = AuditEntry.objects.about(payment).first()
    assert entry.changes["status"] == ["requires_action", "paid"]


def test_the_same_answer_ten_times_changes_nothing_more(provider, online, customer):
    order = order_for(customer)
    payment = paid(provider, order)
    snapshot, seen = provider.payments[payment.provider_id], (money_of(order), kinds_of(order))
    entries = AuditEntry.objects.count()
    for _time in range(10):
        apply(payment, snapshot)
    assert (money_of(order), kinds_of(order), AuditEntry.objects.count()) == (*seen, entries)


def test_answers_in_the_wrong_order_end_alike(provider, online, customer):
    order = order_for(customer)
    payment = begun(order)
    early = provider.payments[payment.provider_id]
    provider.pay(payment.provider_id)
    apply(payment, provider.payments[payment.provider_id])
    payment = apply(payment, early)
    payment = apply(payment, replace(early, status="cancelled"))
    assert (payment.status, payment.captured) == ("paid", Decimal("100.00"))
    assert money_of(order) == {"status": "processing", "payment_status": "paid", "paid_total": "100.00"}


@pytest.mark.parametrize("ended", ["failed", "cancelled", "expired"])
def test_a_payment_that_is_over_may_still_be_paid_late(provider, online, customer, ended):
    order = order_for(customer)
    payment = begun(order)
    provider.change(payment.provider_id, status=ended, failure_code="insufficient_funds")
    payment = ask(payment)
    assert (payment.status, payment.failure_code) == (ended, "insufficient_funds")
    assert money_of(order) == {"status": "pending", "payment_status": "unpaid"}
    provider.pay(payment.provider_id)
    payment = ask(payment)
    assert payment.status == "paid"
    assert money_of(order) == {"status": "processing", "payment_status": "paid", "paid_total": "100.00"}


@pytest.mark.parametrize("reopened", ["pending", "requires_action", "failed", "cancelled", "expired"])
@pytest.mark.parametrize("ended", ["failed", "cancelled", "expired"])
def test_a_payment_that_is_over_is_not_opened_again_nor_ended_otherwise(
    provider, online, customer, ended, reopened
):
    order = order_for(customer)
    payment = begun(order)
    provider.change(payment.provider_id, status=ended)
    ask(payment)
    provider.change(payment.provider_id, status=reopened)
    assert ask(payment).status == ended
    assert money_of(order) == {"status": "pending", "payment_status": "unpaid"}


def test_less_than_asked_moves_nothing_and_somebody_has_to_look(provider, online, customer):
    order = order_for(customer)
    payment = begun(order)
    provider.pay(payment.provider_id, Decimal("60.00"))
    ask(payment)
    assert money_of(order) == {
        "status": "pending",
        "payment_status": "partially_paid",
        "paid_total": "60.00",
        "needs_look": "amount_mismatch",
    }
    # The rest is paid by another one, and then all is there.
    rest = begun(order)
    assert rest.amount == Decimal("40.00")
    provider.pay(rest.provider_id)
    ask(rest)
    assert money_of(order)["status"] == "processing"
    assert money_of(order)["payment_status"] == "paid"


def test_more_than_asked_goes_back(provider, online, customer):
    order = order_for(customer)
    payment = begun(order)
    provider.pay(payment.provider_id, Decimal("130.00"))
    payment = ask(payment)
    assert (payment.excess, payment.is_stray) == (Decimal("30.00"), False)
    assert money_of(order)["payment_status"] == "overpaid"
    run_jobs(order)
    assert money_of(order) == {
        "status": "pending",
        "payment_status": "paid",
        "paid_total": "130.00",
        "refunded_total": "30.00",
        "stray_refunded_total": "30.00",
        "needs_look": "amount_mismatch",
    }


def test_money_of_another_currency_is_not_applied(provider, online, customer):
    order = order_for(customer)
    payment = begun(order)
    provider.pay(payment.provider_id, currency="USD")
    payment = ask(payment)
    assert (payment.status, payment.captured) == ("requires_action", Decimal("0.00"))
    assert money_of(order) == {
        "status": "pending",
        "payment_status": "pending",
        "open_payments": 1,
        "needs_look": "amount_mismatch",
    }


@pytest.mark.parametrize("foreign", [{"uid": uuid4()}, {"provider_id": "pay-another"}])
def test_another_object_is_not_applied(provider, online, customer, foreign):
    order = order_for(customer)
    payment = begun(order)
    provider.pay(payment.provider_id)
    payment = apply(payment, replace(provider.payments[payment.provider_id], **foreign))
    assert payment.status == "requires_action"
    assert money_of(order) == {
        "status": "pending",
        "payment_status": "pending",
        "open_payments": 1,
        "needs_look": "wrong_object",
    }


def test_money_for_a_cancelled_order_goes_back(provider, online, customer):
    order = order_for(customer)
    payment = begun(order)
    change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=customer)
    provider.pay(payment.provider_id)
    payment = ask(payment)
    assert payment.is_stray
    run_jobs(order)
    assert money_of(order) == {
        "status": "cancelled",
        "payment_status": "refunded",
        "paid_total": "100.00",
        "refunded_total": "100.00",
        "stray_refunded_total": "100.00",
        "cancelled_total": "100.00",
    }
    assert kinds_of(order).count("payment_email") == 0
    assert kinds_of(order).count("refund_email") == 1


def test_of_two_that_succeed_one_goes_back(provider, online, customer):
    order = order_for(customer)
    first = begun(order)
    provider.can_cancel = False
    PaymentMethod.objects.create(
        code="other", name_ru="Иначе", provider="emulator", terms="prepaid", moves_to_processing=True
    )
    second = begun(order, method="other")
    run_jobs(order)
    for payment in (second, first):
        provider.pay(payment.provider_id)
        ask(payment)
    assert money_of(order)["payment_status"] == "overpaid"
    run_jobs(order)
    assert Payment.objects.get(pk=first.pk).is_stray
    assert money_of(order) == {
        "status": "processing",
        "payment_status": "paid",
        "paid_total": "200.00",
        "refunded_total": "100.00",
        "stray_refunded_total": "100.00",
    }


def test_money_on_delivery_moves_nothing(provider, customer):
    PaymentMethod.objects.create(
        code="door",
        name_ru="При получении",
        provider="emulator",
        terms="on_delivery",
        moves_to_processing=True,
    )
    order = order_for(customer, method="door")
    paid(provider, order, method="door")
    assert money_of(order) == {"status": "pending", "payment_status": "paid", "paid_total": "100.00"}
    assert kinds_of(order).count("payment_email") == 1


def test_an_authorised_payment_waits_for_somebody_to_look(provider, online, customer):
    order = order_for(customer)
    payment = begun(order)
    provider.change(payment.provider_id, status="pending", is_uncaptured=True)
    assert ask(payment).status == "pending"
    assert money_of(order)["needs_look"] == "uncaptured"


def test_a_failed_payment_is_told_once_and_gives_its_key_back(provider, online, customer):
    order = order_for(customer)
    payment = begun(order)
    Payment.objects.filter(pk=payment.pk).update(client_key="k-1")
    provider.change(payment.provider_id, status="failed", failure_code="3d_secure_failed")
    ask(payment)
    payment = ask(payment)
    assert payment.client_key == ""
    assert kinds_of(order).count("payment_email") == 1


def test_a_payment_that_was_given_up_is_not_told_of(provider, online, customer):
    order = order_for(customer)
    payment = cancel_payment(begun(order))
    run_jobs(order, "payment_cancel")
    payment.refresh_from_db()
    assert (payment.status, payment.is_current) == ("cancelled", False)
    assert money_of(order) == {"status": "pending", "payment_status": "unpaid"}
    assert "payment_email" not in kinds_of(order)
