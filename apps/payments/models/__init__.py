"""Models of payments: what was paid for orders and given back, and what providers told of it."""

from apps.payments.models.fiscal_receipts import FiscalReceipt, ReceiptKind, ReceiptState
from apps.payments.models.payments import Payment, PaymentQuerySet, refundable_total
from apps.payments.models.provider_events import ProviderEvent
from apps.payments.models.refunds import Refund, RefundCause, RefundQuerySet

__all__ = [
    "FiscalReceipt",
    "Payment",
    "PaymentQuerySet",
    "ProviderEvent",
    "ReceiptKind",
    "ReceiptState",
    "Refund",
    "RefundCause",
    "RefundQuerySet",
    "refundable_total",
]
