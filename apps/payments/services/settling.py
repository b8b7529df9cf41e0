"""Settling: what a store owes on an order goes back. The only maker of automatic refunds."""

from decimal import Decimal

from django.utils import timezone

from apps.audit.models import Action
from apps.audit.services import AuditRecord, changes_from_nothing, record_all, values_of
from apps.core.database.transactions import retried_atomic
from apps.core.money import ZERO
from apps.jobs.services import enqueue
from apps.orders.services import note_money
from apps.payments.jobs import refund_of
from apps.payments.models import Payment, Refund, RefundCause
from apps.payments.providers import provider_named
from apps.payments.services.ledger import Ledger
from apps.payments.services.refund_moves import NEW
from apps.payments.statuses import NeedsLook, RefundState
from apps.users.models import User


@retried_atomic
def settle_money(order_id: int) -> None:
    """Give up open payments where nothing is due any more, and give back what is owed; any number of times.

    Money that was paid by mistake goes back first, then that of the newest payment. What no payment can give
    back somebody has to look at.
    """
    ledger = Ledger.locked(order_id)
    current = [payment for payment in ledger.open if payment.is_current]
    if ledger.order.balance <= 0 and current:  # the others were given up before
        enqueue(*ledger.give_up(current))
        ledger.note()  # once: it orders another settlement while something is owed
    if ledger.owed <= 0:
        return
    refunds = _stray_refunds(ledger) + planned_refunds(ledger, ledger.owed, cause=RefundCause.SETTLEMENT)
    store_refunds(ledger, refunds)
    if ledger.owed > 0:
        note_money(ledger.order, needs_look=NeedsLook.OWED)


def planned_refunds(ledger: Ledger, amount: Decimal, **columns: object) -> list[Refund]:
    """Return refunds of the amount together, as far as there are payments for it, newest first; reserve them.

    They are not stored. What was paid by mistake is given back before anything else.
    """
    refunds = []
    usable = [payment for payment in reversed(ledger.payments) if not payment.refund_blocked]
    for payment in sorted(usable, key=lambda payment: not payment.is_stray):
        if part := min(amount, payment.refundable):
            refunds.append(_reserved(ledger, payment, part, **columns))
            amount -= part
    return refunds


def store_refunds(ledger: Ledger, refunds: list[Refund], *, by: User | None = None) -> None:
    """Store the refunds, and have their providers make them; of manual payments people do."""
    for refund in refunds:
        is_manual = provider_named(refund.payment.provider).is_manual
        refund.status = RefundState.PENDING if is_manual else RefundState.CREATED
        refund.created_by = by
        refund.created_at = timezone.now()
    Refund.objects.bulk_create(refunds)
    record_all(
        (
            AuditRecord(Action.CREATED, refund, changes_from_nothing(values_of(refund, NEW)))
            for refund in refunds
        ),
        by=by,
    )
    created = [refund for refund in refunds if refund.status == RefundState.CREATED]
    enqueue(*[refund_of(refund, refund.payment.provider) for refund in created])


def _stray_refunds(ledger: Ledger) -> list[Refund]:
    """Return refunds of what was above what was due when it came."""
    returned = {payment.pk: ZERO for payment in ledger.payments}
    sent = Refund.objects.filter(order=ledger.order, cause=RefundCause.STRAY)
    for refund in sent.exclude(status=RefundState.FAILED):
        returned[refund.payment_id] += refund.amount
    refunds = []
    for payment in reversed(ledger.payments):
        left = min(payment.excess - returned[payment.pk], payment.refundable, ledger.owed)
        if left > 0 and not payment.refund_blocked:
            refunds.append(_reserved(ledger, payment, left, cause=RefundCause.STRAY))
    return refunds


def _reserved(ledger: Ledger, payment: Payment, amount: Decimal, **columns: object) -> Refund:
    payment.reserved += amount
    return Refund(payment=payment, order=ledger.order, amount=amount, **columns)
