"""Expiry: an order not paid in time is cancelled by the store, but never while it may still be paid."""

from datetime import datetime, timedelta

from django.utils import timezone

from apps.core.database.transactions import retried_atomic
from apps.jobs.exceptions import RunLater
from apps.jobs.services import enqueue
from apps.orders.services import move_by_store, note_money
from apps.orders.statuses import OrderStatus
from apps.payments.providers import GRACE, end_at_provider
from apps.payments.services.ledger import Ledger

# Until open payments are looked at again: soon at first, then less and less often, since the money of some
# methods is on its way for weeks.
WAIT_FOR_ENDS, LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=10)


def expire_order(order_id: int) -> None:
    """Cancel the order if nothing of it was paid in time. No call is made.

    Raises RunLater while it may still be paid: its time was prolonged, or a payment is open, also one that
    was given up, until its provider says that it is over, or an hour after it has to be.
    """
    if later := _expired(order_id):
        raise RunLater(later)


@retried_atomic
def _expired(order_id: int) -> datetime | None:
    """Return when to look again; None when the order is cancelled now, or has nothing to expire."""
    ledger = Ledger.locked(order_id)
    order, now = ledger.order, timezone.now()
    if order.status != OrderStatus.PENDING or order.expires_at is None:
        return None
    if ledger.net > 0:
        note_money(order, expires_at=None)  # the rest may be paid at any time
        return None
    if order.expires_at > now:
        return order.expires_at
    if ledger.open:
        enqueue(*ledger.give_up(ledger.open))
        ledger.note()
    over_at = max((end_at_provider(payment) + GRACE for payment in ledger.open), default=now)
    if over_at > now:
        return min(over_at, now + min(max(WAIT_FOR_ENDS, (now - order.expires_at) / 10), LONGEST_WAIT))
    move_by_store(order, OrderStatus.CANCELLED)
    return None
