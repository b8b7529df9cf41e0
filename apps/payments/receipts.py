"""Receipts: what a fiscal receipt of a payment or a refund has to say."""

from apps.payments.models import Payment, Refund
from apps.payments.providers.base import Receipt


def receipt_of_payment(payment: Payment) -> Receipt | None:
    """Return the receipt of the prepayment; None where the provider makes none."""
    return None


def receipt_of_refund(refund: Refund) -> Receipt | None:
    """Return the receipt of what comes back; None where the provider makes none."""
    return None
