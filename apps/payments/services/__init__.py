"""Services of payments: everything that moves money, or tells of it."""

from apps.payments.services.applying import apply, apply_refusal, apply_silence
from apps.payments.services.callbacks import take_notice
from apps.payments.services.checking import ask, may_be_paid, next_check, refresh_payment
from apps.payments.services.expiring import expire_order
from apps.payments.services.receipting import receipt_of_refund, register_receipt, settle_receipts
from apps.payments.services.recording import (
    cancel_payment,
    note_looked_into,
    record_payment,
    unblock_refunds,
)
from apps.payments.services.refund_moves import (
    apply_refund,
    apply_refund_refusal,
    note_refund_sent,
    note_refund_unsent,
    note_stuck,
)
from apps.payments.services.refunding import confirm_refund, fail_refund, refund_order
from apps.payments.services.settling import settle_money
from apps.payments.services.starting import (
    ClientKey,
    Started,
    create_at_provider,
    default_return_url,
    note_sending,
    start_payment,
)

__all__ = [
    "ClientKey",
    "Started",
    "apply",
    "apply_refund",
    "apply_refund_refusal",
    "apply_refusal",
    "apply_silence",
    "ask",
    "cancel_payment",
    "confirm_refund",
    "create_at_provider",
    "default_return_url",
    "expire_order",
    "fail_refund",
    "may_be_paid",
    "next_check",
    "note_looked_into",
    "note_refund_sent",
    "note_refund_unsent",
    "note_sending",
    "note_stuck",
    "receipt_of_refund",
    "record_payment",
    "refresh_payment",
    "refund_order",
    "register_receipt",
    "settle_money",
    "settle_receipts",
    "start_payment",
    "take_notice",
    "unblock_refunds",
]
