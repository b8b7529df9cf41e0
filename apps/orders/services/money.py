"""Money of orders, as payments change it. `note_money` is the only code that writes these columns."""

from datetime import datetime
from decimal import Decimal
from typing import TypedDict, Unpack

from apps.orders.models import Order
from apps.orders.statuses import payment_status_of


class MoneyFacts(TypedDict, total=False):
    """Columns of an order that payments change: money in its currency, and how it is paid."""

    paid_total: Decimal
    refunded_total: Decimal
    stray_refunded_total: Decimal
    allowance_total: Decimal
    open_payments: int
    payment_method: str
    payment_method_name: str
    expires_at: datetime | None
    needs_look: str  # the first reason stays until somebody has looked


def note_money(order: Order, **facts: Unpack[MoneyFacts]) -> None:
    """Write what has changed of the locked order, with the payment status that follows from its columns."""
    if order.needs_look:
        facts.pop("needs_look", None)
    changed = {name: value for name, value in facts.items() if getattr(order, name) != value}
    for name, value in changed.items():
        setattr(order, name, value)
    status = payment_status_of(order)
    if status != order.payment_status:
        changed["payment_status"] = order.payment_status = status
    if changed:
        order.save(update_fields=[*changed, "updated_at"])
