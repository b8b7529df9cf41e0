"""Erasure of what was written about a customer's money: the money stays, the words go."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from apps.jobs.models import Job
from apps.jobs.services import JobSpec, enqueue
from apps.payments.models import Payment, Refund
from apps.payments.tests.factories import make_payable, make_payment
from apps.users.erasure import erase
from apps.users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(make_user: Callable[..., User]) -> User:
    return make_user(email="anna@example.com", email_verified_at=timezone.now())


def refund_of(payment: Payment, note: str) -> Refund:
    return Refund.objects.create(
        payment=payment, order=payment.order, amount=1, status="failed", cause="manual", note=note
    )


def test_notes_go_and_the_money_stays(anna: User):
    paid = make_payment(
        make_payable(anna), status="paid", captured=Decimal("300.00"), note="From Anna", client_key="anna-1"
    )
    refund = refund_of(paid, "To Anna")
    enqueue(JobSpec("settle_money", key="settle", subject=f"money:{paid.order_id}", arguments={}))
    Job.objects.filter(key="settle").update(last_error="anna@example.com is unknown")

    with transaction.atomic():
        erase(User.objects.get(pk=anna.pk))

    paid.refresh_from_db()
    refund.refresh_from_db()
    assert (paid.note, paid.client_key, refund.note) == ("", "", "")
    assert (paid.captured, paid.status, refund.amount) == (Decimal("300.00"), "paid", Decimal(1))
    assert Job.objects.get(key="settle").last_error == ""


def test_address_is_struck_out_of_notes_on_the_money_of_others(anna: User, customer: User):
    payment = make_payment(make_payable(customer), note="Paid by Anna@example.com, 7 May", client_key="k")
    refund = refund_of(payment, "Back to anna@example.com")

    with transaction.atomic():
        erase(User.objects.get(pk=anna.pk))

    payment.refresh_from_db()
    refund.refresh_from_db()
    assert (payment.note, payment.client_key) == ("Paid by …, 7 May", "k")
    assert refund.note == "Back to …"
