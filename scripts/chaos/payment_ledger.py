"""The payments of a chaos run in whole cents: the rows of the database, and the provider's own books."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from scripts.chaos.ledger import cents
from scripts.chaos.payment_provider import PaymentProvider, ProviderPayment, ProviderRefund

QUERIES = {
    "paid_orders": (
        "SELECT id, status, total_price, cancelled_total + returned_total + allowance_total, paid_total, "
        "refunded_total, needs_look, expires_at FROM orders_order"
    ),
    "payments": (
        "SELECT id, uid, order_id, provider, status, captured, is_current, provider_id FROM payments_payment"
    ),
    "refunds": "SELECT uid, order_id, payment_id, status, amount FROM payments_refund",
}


@dataclass(frozen=True)
class PaidOrder:
    """The money of an order; in cents."""

    id: int
    status: str
    total_price: int
    credited: int
    paid_total: int
    refunded_total: int
    needs_look: str
    is_overdue: bool


@dataclass
class PaymentLedger:
    """What the store and the provider say of all payments in the end."""

    orders: dict[int, PaidOrder] = field(default_factory=dict)
    payment_uids: set[str] = field(default_factory=set)
    refund_uids: set[str] = field(default_factory=set)
    received_by_hand: Counter[int] = field(default_factory=Counter)  # cents by order
    returned_by_hand: Counter[int] = field(default_factory=Counter)
    reserved: Counter[int] = field(default_factory=Counter)
    open_payments: list[str] = field(default_factory=list)
    waiting_orders: set[int] = field(default_factory=set)  # for payments that may never have been begun
    refunds_under_way: list[str] = field(default_factory=list)
    at_provider: list[ProviderPayment] = field(default_factory=list)
    refunds_at_provider: list[ProviderRefund] = field(default_factory=list)

    def booked(self) -> tuple[Counter[int], Counter[int]]:
        """Return what was captured and given back of each order, by the provider's books and by hand."""
        captured, refunded = Counter(self.received_by_hand), Counter(self.returned_by_hand)
        orders = {payment.id: payment.order_id for payment in self.at_provider}
        for payment in self.at_provider:
            captured[payment.order_id] += payment.captured
        for refund in self.refunds_at_provider:
            refunded[orders[refund.payment]] += refund.amount if refund.status == "succeeded" else 0
        return captured, refunded

    def differing(self) -> list[int]:
        """Return the orders that say something else than the books."""
        captured, refunded = self.booked()
        return [
            order.id
            for order in self.orders.values()
            if (order.paid_total, order.refunded_total) != (captured[order.id], refunded[order.id])
        ]


def payment_ledger_of(rows: Mapping[str, list[tuple[Any, ...]]], provider: PaymentProvider) -> PaymentLedger:
    """Return the rows of the queries beside the provider's books."""
    ledger = PaymentLedger(at_provider=provider.payments(), refunds_at_provider=provider.refunds())
    for pk, status, *amounts, needs_look, expires_at in rows["paid_orders"]:
        total, credited, paid, refunded = map(cents, amounts)
        is_overdue = _is_past(expires_at)
        ledger.orders[pk] = PaidOrder(pk, status, total, credited, paid, refunded, needs_look, is_overdue)
    manual = _add_payments(ledger, rows["payments"])
    for uid, order_id, payment_id, status, amount in rows["refunds"]:
        ledger.refund_uids.add(_uid(uid))
        if status in {"created", "pending"}:
            ledger.reserved[order_id] += cents(amount)
            if payment_id not in manual:
                ledger.refunds_under_way.append(f"{_uid(uid)} of order {order_id} ({status})")
        if payment_id in manual and status == "succeeded":
            ledger.returned_by_hand[order_id] += cents(amount)
    return ledger


def _add_payments(ledger: PaymentLedger, rows: list[tuple[Any, ...]]) -> set[int]:
    """Add the payments, and return those that people have received."""
    manual = set()
    begun = {payment.uid for payment in ledger.at_provider}
    for pk, uid, order_id, provider, status, captured, is_current, provider_id in rows:
        ledger.payment_uids.add(_uid(uid))
        if provider == "manual":
            manual.add(pk)
            ledger.received_by_hand[order_id] += cents(captured)
        elif status == "created" and not is_current and provider_id is None and _uid(uid) not in begun:
            ledger.waiting_orders.add(order_id)
        elif status in {"created", "pending", "requires_action"}:
            ledger.open_payments.append(f"{_uid(uid)} of order {order_id} ({status})")
    return manual


def _uid(value: UUID | str) -> str:
    return str(value if isinstance(value, UUID) else UUID(value))


def _is_past(moment: datetime | str | None) -> bool:
    if moment is None:
        return False
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return moment < datetime.now(UTC)
