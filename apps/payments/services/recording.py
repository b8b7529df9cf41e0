"""Recording of money that people have received: a transfer, cash, a card on delivery."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from apps.audit.models import Action
from apps.audit.services import changes_between, changes_from_nothing, record, record_change, values_of
from apps.core.database.transactions import retried_atomic
from apps.core.money import ZERO
from apps.jobs.services import enqueue
from apps.orders.checkout import MAX_TOTAL
from apps.orders.exceptions import PaymentMethodUnavailable, TotalTooLarge
from apps.orders.models import Order, PaymentMethod
from apps.orders.services import clear_needs_look
from apps.payments.exceptions import PaymentNotOpen
from apps.payments.jobs import settlement_of
from apps.payments.metrics import count_outcome
from apps.payments.models import Payment
from apps.payments.services.applying import follow, mark_excess
from apps.payments.services.ledger import Ledger
from apps.payments.statuses import PaymentState
from apps.users.models import User

GIVEN_UP = ("status", "is_current")
RECORDED = ("method", "captured")  # in the audit trail; a note can name somebody, and that is for ever


@retried_atomic
def record_payment(
    *,
    order_id: int,
    method: str,
    amount: Decimal,
    received_at: datetime | None,
    note: str,
    by: User,
    precondition: Callable[[Order], None] | None = None,
) -> Payment:
    """Note that money was received for the order, also for a cancelled one: then it is owed back.

    It completes the open manual payment of the order, if there is one. `precondition` is called with the
    locked order, and raises when it is another version than they mean.

    Raises Order.DoesNotExist, PaymentMethodUnavailable for a method that is not paid by hand, and
    TotalTooLarge for more than can be counted.
    """
    row = PaymentMethod.objects.filter(code=method, provider="manual").first()
    if row is None:
        raise PaymentMethodUnavailable("/method")
    ledger = Ledger.locked(order_id)
    if precondition:
        precondition(ledger.order)
    if ledger.order.paid_total + amount > MAX_TOTAL:
        raise TotalTooLarge
    payment = next((each for each in ledger.open if each.provider == row.provider), None)
    if payment is None:
        payment = _new_payment(ledger, row, amount, by)
    payment.status, payment.captured = PaymentState.PAID, amount
    payment.received_at, payment.note, payment.next_action = received_at or timezone.now(), note, None
    mark_excess(ledger, payment, amount)
    payment.save()
    record(Action.CHANGED, payment, changes_from_nothing(values_of(payment, RECORDED)), by=by)
    ledger.note()
    count_outcome(payment)
    follow(ledger, payment, gained=amount, is_as_asked=True)
    return payment


@retried_atomic
def cancel_payment(payment: Payment) -> Payment:
    """Give the payment up: it ends unpaid where that is still possible, and is watched until it has ended.

    Raises PaymentNotOpen.
    """
    ledger = Ledger.locked(payment.order_id)
    payment = ledger.payment(payment.pk)
    if not payment.is_open:
        raise PaymentNotOpen
    before = values_of(payment, GIVEN_UP)
    enqueue(*ledger.give_up([payment]))
    record_change(payment, changes_between(before, values_of(payment, GIVEN_UP)))
    ledger.note()
    return payment


@retried_atomic
def note_looked_into(*, order_id: int, by: User, precondition: Callable[[Order], None] | None = None) -> None:
    """Note that somebody has looked into the order's money; what is owed still is tried once more.

    A debt does not end by being looked at: if it cannot be given back now, the order needs a look again.
    `precondition` is called with the locked order, and raises when it is another version than they mean.

    Raises Order.DoesNotExist.
    """
    clear_needs_look(order_id=order_id, by=by, precondition=precondition)
    ledger = Ledger.locked(order_id)
    if ledger.owed > 0:
        enqueue(settlement_of(ledger.order))


@retried_atomic
def unblock_refunds(payment: Payment, *, by: User) -> Payment:
    """Let the payment be refunded again, after its provider has refused to; what is owed is tried at once."""
    ledger = Ledger.locked(payment.order_id)
    payment = ledger.payment(payment.pk)
    if payment.refund_blocked:
        payment.refund_blocked = False
        payment.save(update_fields=["refund_blocked"])
        record(Action.CHANGED, payment, {"refund_blocked": [True, False]}, by=by)
        ledger.note()
    return payment


def _new_payment(ledger: Ledger, row: PaymentMethod, amount: Decimal, by: User) -> Payment:
    is_current = ledger.current is None
    payment = Payment.by_method(ledger.order, row, amount=amount, is_current=is_current, created_by=by)
    payment.reserved = ZERO
    payment.save(force_insert=True)
    ledger.payments.append(payment)
    return payment
