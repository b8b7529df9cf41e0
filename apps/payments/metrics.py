"""Metrics of payments for Prometheus: what became of them, and of callbacks, by provider."""

from django.db import transaction
from prometheus_client import Counter

from apps.core.observability.metrics import COUNTED, count
from apps.payments.models import Payment

OUTCOMES = Counter(
    "store_payments", "Payments by what became of them.", ["provider", "outcome"], registry=COUNTED
)
CALLBACKS = Counter(
    "store_payment_callbacks",
    "Callbacks of providers: taken, unknown or invalid.",
    ["provider", "outcome"],
    registry=COUNTED,
)


def count_outcome(payment: Payment) -> None:
    """Count what has become of the payment, once it is committed."""
    provider, outcome = payment.provider, str(payment.status)
    transaction.on_commit(lambda: count(OUTCOMES, provider, outcome), robust=True)
