"""Moves of refunds: what a provider, or a person, says of them, under the order's lock."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from apps.audit.models import Action
from apps.audit.services import changes_between, changes_from_nothing, record, record_change, values_of
from apps.core.database.transactions import retried_atomic
from apps.core.money import ZERO
from apps.jobs.services import enqueue
from apps.orders.services import note_money
from apps.payments.jobs import refund_email_of, refund_of
from apps.payments.models import Payment, Refund, RefundCause
from apps.payments.providers.base import RefundSnapshot
from apps.payments.services.ledger import Ledger
from apps.payments.services.receipting import follow_refund_receipt
from apps.payments.statuses import NeedsLook, RefundState, refund_may_move
from apps.users.models import User

NEW = ("amount", "cause", "reason", "allowance")  # of a new refund in the audit trail


@retried_atomic
def apply_refund(refund: Refund, snapshot: RefundSnapshot) -> Refund:
    """Merge what the provider says of one of our refunds, and return it."""
    ledger = Ledger.locked(refund.order_id)
    refund = Refund.objects.get(pk=refund.pk)
    _merge(ledger, refund, snapshot)
    ledger.note_refunds()
    return refund


@retried_atomic
def apply_refund_refusal(refund: Refund, code: str) -> Refund:
    """Note that the provider refused the refund: the money is given back by another payment, or by people."""
    ledger = Ledger.locked(refund.order_id)
    refund = Refund.objects.get(pk=refund.pk)
    if refund.is_under_way:
        move(ledger, refund, RefundState.FAILED, code)
        ledger.note_refunds()
    return refund


def note_refund_sent(refund: Refund) -> bool:
    """Note that the provider is about to be called; tell whether for the first time."""
    now = timezone.now()
    if not Refund.objects.filter(pk=refund.pk, sent_at=None).update(sent_at=now):
        return False
    refund.sent_at = now
    return True


def note_refund_unsent(refund: Refund) -> None:
    """Note that the first call has not got out: the provider knows nothing of the refund."""
    Refund.objects.filter(pk=refund.pk, provider_id=None, sent_at=refund.sent_at).update(sent_at=None)
    refund.sent_at = None


@retried_atomic
def note_stuck(refund: Refund) -> None:
    """Have somebody look at a refund whose outcome nobody knows, or that is pending for long."""
    ledger = Ledger.locked(refund.order_id)
    note_money(ledger.order, needs_look=NeedsLook.REFUND_STUCK)


def merge_refunds(
    ledger: Ledger, payment: Payment, snapshots: Sequence[RefundSnapshot], **facts: Any
) -> None:
    """Merge the provider's list of the locked payment's refunds: ours, and those made in its pages.

    None counts as made there while one of ours may be it: sent, and not known by the provider's number yet.
    """
    ours = list(payment.refunds.all())
    by_number = {refund.provider_id: refund for refund in ours if refund.provider_id}
    by_uid = {refund.uid: refund for refund in ours}
    unknown = []
    for snapshot in snapshots:
        known = by_number.get(snapshot.provider_id) or (snapshot.uid and by_uid.get(snapshot.uid))
        if known:
            _merge(ledger, known, snapshot)
        else:
            unknown.append(snapshot)
    may_be_ours = any(refund.is_under_way and refund.provider_id is None for refund in ours)
    if not may_be_ours:
        for snapshot in unknown:
            _add_external(ledger, payment, snapshot)
    ledger.note_refunds(**facts)


def share_of_allowance(ledger: Ledger, amount: Decimal, owed: Decimal) -> Decimal:
    """Return by how much a refund of the amount lowers what is due: what is owed is paid first."""
    return min(max(ZERO, amount - max(ZERO, owed)), ledger.order.amount_due)


def move(
    ledger: Ledger, refund: Refund, state: RefundState, code: str = "", *, by: User | None = None
) -> None:
    """Move the refund; a refused one takes back its allowance, and blocks its payment for others."""
    before = values_of(refund, ("status", "failure_code"))
    refund.status, refund.failure_code = state, code
    is_over = not refund.is_under_way
    refund.ended_at = timezone.now() if is_over else None
    payment = ledger.payment(refund.payment_id)
    if before["status"] == RefundState.SUCCEEDED:  # the bank sent it back
        payment.refunded -= refund.amount
    elif is_over:
        payment.reserved -= refund.amount
    if state == RefundState.SUCCEEDED:
        payment.refunded += refund.amount
    if state == RefundState.FAILED:
        allowances = ledger.order.allowance_total - refund.allowance
        note_money(ledger.order, allowance_total=allowances, needs_look=NeedsLook.REFUND_FAILED)
        refund.allowance = ZERO
        payment.refund_blocked = True
        payment.save(update_fields=["refund_blocked"])
    refund.save(update_fields=["status", "failure_code", "provider_id", "allowance", "ended_at"])
    after = values_of(refund, ("status", "failure_code"))
    record_change(refund, changes_between(before, after), by=by)
    if state == RefundState.SUCCEEDED:
        enqueue(refund_email_of(refund, ledger.order))
        follow_refund_receipt(refund, payment)


def _merge(ledger: Ledger, refund: Refund, snapshot: RefundSnapshot) -> None:
    refund.provider_id = snapshot.provider_id
    if refund.status != snapshot.status and refund_may_move(refund.status, snapshot.status):
        move(ledger, refund, snapshot.status, snapshot.failure_code)
    else:
        refund.save(update_fields=["provider_id"])


def _add_external(ledger: Ledger, payment: Payment, snapshot: RefundSnapshot) -> None:
    if snapshot.status == RefundState.FAILED:
        return
    refund = Refund(
        payment=payment,
        order=ledger.order,
        amount=snapshot.amount,
        status=snapshot.status,
        cause=RefundCause.EXTERNAL,
        provider_id=snapshot.provider_id,
        allowance=share_of_allowance(ledger, snapshot.amount, ledger.owed),
    )
    note_money(ledger.order, allowance_total=ledger.order.allowance_total + refund.allowance)
    refund.save(force_insert=True)
    if refund.is_under_way:
        payment.reserved += refund.amount
        enqueue(refund_of(refund, payment.provider))  # its callback may be lost
    else:
        payment.refunded += refund.amount
    record(Action.CREATED, refund, changes_from_nothing(values_of(refund, NEW)))
