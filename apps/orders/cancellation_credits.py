"""Cancellation of an order: what of its goods, delivery and money is given back."""

from collections.abc import Iterable, Mapping

from apps.core.money import ZERO
from apps.orders.models import Actor, Cancellation, CancellationReason, Order, OrderItem
from apps.orders.statuses import payment_status_of
from apps.users.models import User

CREDITED_COLUMNS = ("cancelled_total", "delivery_credited", "payment_status")  # that `credit_rest` writes


def credit_rest(order: Order, items: Iterable[OrderItem], *, by: User | None) -> Cancellation:
    """Credit the cancelled order with all that is left of it; return what tells of it, not stored yet.

    The columns are changed in memory; the items stay as they are: all pieces of a cancelled order count as
    cancelled.
    """
    items = list(items)
    delivery_paid = order.delivery_price - order.delivery_discount
    delivery_whole = delivery_paid if order.prices_include_tax else delivery_paid + order.delivery_tax
    before = order.cancelled_total
    order.cancelled_total = order.total_price - order.returned_total - order.allowance_total
    cancellation = Cancellation(
        order=order,
        whole=True,
        amount=sum((item.amount for item in items), start=ZERO),
        tax=sum((item.tax_amount for item in items), start=ZERO),
        delivery_amount=delivery_whole - order.delivery_credited,
        delivery_tax=order.delivery_tax,
        credited=order.cancelled_total - before,
        created_by=by,
        **_who_and_why(order, by),
    )
    order.delivery_credited = delivery_whole
    order.payment_status = payment_status_of(order)
    return cancellation


def pieces_left(items: Iterable[OrderItem]) -> Mapping[int, int]:
    """Return the pieces, by product id, that are not cancelled yet."""
    left = {item.product_id: item.quantity - item.cancelled_quantity for item in items}
    return {product_id: pieces for product_id, pieces in left.items() if pieces}


def _who_and_why(order: Order, by: User | None) -> dict[str, str]:
    if by is None:
        return {"actor": Actor.SYSTEM, "reason": CancellationReason.EXPIRED}
    is_own = by.pk == order.user_id
    return {
        "actor": Actor.USER,
        "reason": CancellationReason.CUSTOMER if is_own else CancellationReason.STAFF,
    }
