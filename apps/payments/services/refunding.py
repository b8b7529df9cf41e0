"""Refunds by staff, and those that people make by hand."""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

from apps.core.database.transactions import retried_atomic
from apps.core.money import ZERO
from apps.orders.models import Order
from apps.orders.services import note_money
from apps.payments.exceptions import RefundExceedsPaid, RefundNotPending
from apps.payments.models import Refund, RefundCause, refundable_total
from apps.payments.providers import provider_named
from apps.payments.services.ledger import Ledger
from apps.payments.services.refund_moves import move
from apps.payments.services.settling import planned_refunds, store_refunds
from apps.payments.statuses import RefundState
from apps.users.models import User


@retried_atomic
def refund_order(
    *,
    order_id: int,
    amount: Decimal,
    reason: str,
    note: str,
    by: User,
    precondition: Callable[[Order], None] | None = None,
) -> list[Refund]:
    """Give the customer money back: first what is owed, the rest lowers what is due. Return the refunds.

    `precondition` is called with the locked order, and raises when it is another version than they mean.

    Raises Order.DoesNotExist, and RefundExceedsPaid.
    """
    ledger = Ledger.locked(order_id)
    if precondition:
        precondition(ledger.order)
    refundable = refundable_total(ledger.payments)
    if amount > refundable:
        raise RefundExceedsPaid(refundable)
    owed, allowed = ledger.owed, ZERO
    refunds = planned_refunds(ledger, amount, cause=RefundCause.MANUAL, reason=reason, note=note)
    for refund in refunds:
        whole = min(max(ZERO, refund.amount - max(ZERO, owed)), ledger.order.amount_due - allowed)
        refund.allowance, owed, allowed = whole, owed - refund.amount, allowed + whole
    note_money(ledger.order, allowance_total=ledger.order.allowance_total + allowed)
    store_refunds(ledger, refunds, by=by)
    return refunds


def confirm_refund(*, uid: UUID, note: str, by: User) -> Refund:
    """Note that staff have given the money back by hand.

    Raises Refund.DoesNotExist, and RefundNotPending.
    """
    return _decide(uid, note, RefundState.SUCCEEDED, by)


def fail_refund(*, uid: UUID, note: str, by: User) -> Refund:
    """Note that the money could not be given back by hand: another payment has to do.

    Raises Refund.DoesNotExist, and RefundNotPending.
    """
    return _decide(uid, note, RefundState.FAILED, by)


@retried_atomic
def _decide(uid: UUID, note: str, state: RefundState, by: User) -> Refund:
    order_id = Refund.objects.values_list("order_id", flat=True).get(uid=uid)
    ledger = Ledger.locked(order_id)
    refund = Refund.objects.get(uid=uid)
    is_manual = provider_named(ledger.payment(refund.payment_id).provider).is_manual
    if not is_manual or refund.status != RefundState.PENDING:
        raise RefundNotPending
    if note:
        refund.note = note
        refund.save(update_fields=["note"])
    move(ledger, refund, state, "by_staff" if state == RefundState.FAILED else "", by=by)
    ledger.note_refunds()
    return refund
