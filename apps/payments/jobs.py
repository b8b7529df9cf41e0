"""Jobs of payments: their kinds, and what each is ordered by. `handlers.py` does them.

All that speak to one provider share its circuit, `provider:<code>`.
"""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.jobs.circuit_registry import register_circuit
from apps.jobs.services import JobSpec
from apps.orders.jobs import SETTLEMENT, money_subject, subject_of
from apps.orders.models import Order
from apps.payments.models import FiscalReceipt, Payment, Refund

CREATION = "payment_create"
CHECK = "payment_check"
CANCELLATION = "payment_cancel"
REFRESH = "payment_refresh"
REFUND = "refund"
RECEIPT = "fiscal_receipt"
PAYMENT_EMAIL = "payment_email"
REFUND_EMAIL = "refund_email"

CREATION_AFTER = timedelta(seconds=15)  # of a payment that no answer came for
FIRST_CHECK_AFTER = timedelta(seconds=30)

register_circuit("provider:", label=_("Payments by %(name)s"), limit=settings.JOB_CIRCUIT_LIMIT)


def circuit_name(provider: str) -> str:
    """Return the circuit of the jobs that call the provider."""
    return f"provider:{provider}"


def creation_of(payment: Payment, *, is_due: bool) -> JobSpec:
    """Return the job that has the provider begin the payment: at once, or if the request does not."""
    return _of_payment(CREATION, payment, after=timedelta(0) if is_due else CREATION_AFTER)


def check_of(payment: Payment) -> JobSpec:
    """Return the job that asks the provider about the payment until it is over."""
    return _of_payment(CHECK, payment, after=FIRST_CHECK_AFTER)


def cancellation_of(payment: Payment) -> JobSpec:
    """Return the job that has the provider cancel the payment."""
    return _of_payment(CANCELLATION, payment)


def refresh_of(payment: Payment, number: int, provider_id: str) -> JobSpec:
    """Return the job that asks the provider after its callback, the so manieth of the payment."""
    return JobSpec(
        REFRESH,
        key=f"{REFRESH}:{payment.uid}:{number}",
        subject=money_subject(payment.order_id),
        arguments={"payment_id": payment.pk, "provider_id": provider_id},
        circuit=circuit_name(payment.provider),
    )


def refund_of(refund: Refund, provider: str) -> JobSpec:
    """Return the job that has the provider give money back."""
    return JobSpec(
        REFUND,
        key=f"{REFUND}:{refund.uid}",
        subject=money_subject(refund.order_id),
        arguments={"refund_id": refund.pk},
        circuit=circuit_name(provider),
    )


def receipt_of(receipt: FiscalReceipt, provider: str) -> JobSpec:
    """Return the job that has the provider register the receipt."""
    return JobSpec(
        RECEIPT,
        key=f"{RECEIPT}:{receipt.key}",
        subject=money_subject(receipt.order_id),
        arguments={"receipt_id": receipt.pk},
        circuit=circuit_name(provider),
    )


def settlement_of(order: Order) -> JobSpec:
    """Return the job that gives back what is owed; to do it once more does no harm."""
    return JobSpec(
        SETTLEMENT,
        key=f"{SETTLEMENT}:{order.pk}:{uuid4()}",
        subject=money_subject(order.pk),
        arguments={"order_id": order.pk},
    )


def payment_email_of(payment: Payment, order: Order) -> JobSpec:
    """Return the job that tells the customer what became of the payment: one mail for each outcome."""
    fact = f"{payment.status}:{payment.captured}"
    return JobSpec(
        PAYMENT_EMAIL,
        key=f"{PAYMENT_EMAIL}:{payment.uid}:{fact}",
        subject=subject_of(order.pk),
        arguments={"payment_id": payment.pk, "status": payment.status},
        owner=f"user:{order.user_id}",
    )


def refund_email_of(refund: Refund, order: Order) -> JobSpec:
    """Return the job that tells the customer about the refund."""
    return JobSpec(
        REFUND_EMAIL,
        key=f"{REFUND_EMAIL}:{refund.uid}",
        subject=subject_of(order.pk),
        arguments={"refund_id": refund.pk},
        owner=f"user:{order.user_id}",
    )


def _of_payment(kind: str, payment: Payment, *, after: timedelta = timedelta(0)) -> JobSpec:
    return JobSpec(
        kind,
        key=f"{kind}:{payment.uid}",
        subject=money_subject(payment.order_id),
        arguments={"payment_id": payment.pk},
        run_at=timezone.now() + after if after else None,
        circuit=circuit_name(payment.provider),
    )
