"""Applying what a provider says: the only writer of money facts from outside.

Callbacks in any order, twice or not at all, answers to our calls and checks are one case: what the provider
says now is merged with what is known, under the order's lock.
"""

from collections.abc import Sequence
from decimal import Decimal

from django.utils import timezone

from apps.audit.services import changes_between, record_change, values_of
from apps.core.database.transactions import retried_atomic
from apps.core.money import ZERO
from apps.jobs.services import enqueue
from apps.orders.models import PaymentTerms
from apps.orders.services import move_by_store
from apps.orders.statuses import OrderStatus
from apps.payments.jobs import payment_email_of
from apps.payments.metrics import count_outcome
from apps.payments.models import Payment
from apps.payments.providers.base import PaymentSnapshot, RefundSnapshot
from apps.payments.services.ledger import Ledger
from apps.payments.services.receipting import follow_receipt
from apps.payments.services.refund_moves import merge_refunds
from apps.payments.statuses import NeedsLook, PaymentState, may_move

MERGED = (  # columns that a snapshot can change
    "provider_id",
    "status",
    "captured",
    "excess",
    "is_stray",
    "client_key",
    "next_action",
    "failure_code",
    "card_brand",
    "card_last4",
    "received_at",
    "checked_at",
    "expires_at",
)
TOLD = ("status", "captured", "provider_id", "failure_code", "is_stray")  # of them, in the audit trail
TOLD_BY_MAIL = (PaymentState.PAID, PaymentState.FAILED)


@retried_atomic
def apply(
    payment: Payment, snapshot: PaymentSnapshot, refunds: Sequence[RefundSnapshot] | None = None
) -> Payment:
    """Merge what the provider says of the payment, and of its refunds where it was asked, and return it.

    Nothing is applied of an object that is not this payment, or of money in another currency: somebody has to
    look at the order.
    """
    ledger = Ledger.locked(payment.order_id)
    payment = ledger.payment(payment.pk)
    if reason := _refusal(payment, snapshot):
        payment.checked_at = timezone.now()
        payment.save(update_fields=["checked_at"])
        ledger.note(needs_look=reason)
        return payment
    before, state, captured = values_of(payment, TOLD), payment.status, payment.captured
    _merge(payment, snapshot)
    gained = payment.captured - captured
    mark_excess(ledger, payment, gained)
    payment.save(update_fields=MERGED)
    record_change(payment, changes_between(before, values_of(payment, TOLD)))
    look = _reason_to_look(payment, snapshot, gained)
    facts = {"needs_look": look} if look else {}
    if refunds is None:
        ledger.note(**facts)
    else:
        merge_refunds(ledger, payment, refunds, **facts)
    if payment.status != state or gained:
        count_outcome(payment)
        follow(ledger, payment, gained=gained, is_as_asked=look != NeedsLook.AMOUNT_MISMATCH)
        if captured == 0 < gained:
            follow_receipt(ledger.order, payment)
    return payment


@retried_atomic
def apply_refusal(payment: Payment, code: str) -> Payment:
    """Note that the provider refused to begin the payment; the client's key can be used again."""
    ledger = Ledger.locked(payment.order_id)
    payment = ledger.payment(payment.pk)
    if payment.status == PaymentState.CREATED:
        end(ledger, payment, PaymentState.FAILED, code)
    return payment


@retried_atomic
def apply_silence(payment: Payment) -> Payment:
    """Note that the provider never confirmed the payment, whose key it has forgotten by now, or never got."""
    ledger = Ledger.locked(payment.order_id)
    payment = ledger.payment(payment.pk)
    if payment.is_unsent:
        end(ledger, payment, PaymentState.CANCELLED, "never_sent")
    elif payment.is_open and payment.provider_id is None:
        end(
            ledger,
            payment,
            PaymentState.EXPIRED,
            NeedsLook.NEVER_CONFIRMED,
            needs_look=NeedsLook.NEVER_CONFIRMED,
        )
    return payment


def end(ledger: Ledger, payment: Payment, state: PaymentState, code: str, **facts: str) -> None:
    """Have the locked payment end unpaid, for this reason."""
    before = payment.status
    payment.status, payment.failure_code, payment.client_key = state, code, ""
    payment.save(update_fields=["status", "failure_code", "client_key"])
    record_change(payment, {"status": [before, payment.status], "failure_code": ["", code]})
    ledger.note(**facts)
    count_outcome(payment)


def mark_excess(ledger: Ledger, payment: Payment, gained: Decimal) -> None:
    """Note how much of what the payment has just gained was not due: it goes back."""
    missing = max(ZERO, ledger.order.amount_due - (ledger.net - gained))
    excess = max(ZERO, gained - missing)
    payment.excess += excess
    payment.is_stray = payment.is_stray or 0 < gained == excess


def follow(ledger: Ledger, payment: Payment, *, gained: Decimal, is_as_asked: bool) -> None:
    """Have the order move and the customer told, now that the locked payment has moved or gained money."""
    order = ledger.order
    is_covered = ledger.net >= order.amount_due > 0
    may_process = payment.moves_to_processing and payment.terms != PaymentTerms.ON_DELIVERY
    if gained and is_covered and is_as_asked and may_process and order.status == OrderStatus.PENDING:
        move_by_store(order, OrderStatus.PROCESSING)  # whose e-mail tells that the money has come
    elif (gained and not payment.is_stray) or (payment.status == PaymentState.FAILED and payment.is_current):
        enqueue(payment_email_of(payment, order))  # what was paid by mistake the refund's e-mail tells of


def _refusal(payment: Payment, snapshot: PaymentSnapshot) -> NeedsLook | None:
    is_other = payment.provider_id not in (None, snapshot.provider_id)
    if is_other or (snapshot.uid is not None and snapshot.uid != payment.uid):
        return NeedsLook.WRONG_OBJECT
    return NeedsLook.AMOUNT_MISMATCH if snapshot.currency != payment.currency else None


def _merge(payment: Payment, snapshot: PaymentSnapshot) -> None:
    now = timezone.now()
    payment.provider_id, payment.checked_at = snapshot.provider_id, now
    if may_move(payment.status, snapshot.status):
        if payment.status != snapshot.status:
            payment.failure_code = snapshot.failure_code
        payment.status = snapshot.status
    if snapshot.captured > payment.captured:
        payment.captured, payment.received_at = snapshot.captured, payment.received_at or now
    payment.next_action = snapshot.next_action if payment.is_open else None
    payment.card_brand = snapshot.card_brand[:20] or payment.card_brand
    payment.card_last4 = snapshot.card_last4[:4] or payment.card_last4
    payment.expires_at = snapshot.expires_at or payment.expires_at
    if payment.status == PaymentState.FAILED:
        payment.client_key = ""


def _reason_to_look(payment: Payment, snapshot: PaymentSnapshot, gained: Decimal) -> NeedsLook | None:
    if snapshot.is_uncaptured:
        return NeedsLook.UNCAPTURED
    # Only when it comes: somebody who has looked would be told again after each question.
    is_paid_otherwise = gained > 0 and payment.captured != payment.amount
    return NeedsLook.AMOUNT_MISMATCH if is_paid_otherwise else None
