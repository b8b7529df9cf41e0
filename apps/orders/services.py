"""What happens to an order. `change_status` is the only door to its status."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from apps.catalog.exceptions import ProductUnavailable
from apps.catalog.models import Product
from apps.catalog.stock import return_stock, take_stock
from apps.jobs.services import JobOrder, enqueue
from apps.orders.exceptions import (
    InvalidStatusTransition,
    QuantityTooLarge,
    TotalTooLarge,
    TransitionForbidden,
    UnavailableItems,
)
from apps.orders.jobs import CONFIRMATION_EMAIL, INVOICE, SHIPMENT, STATUS_EMAIL, subject_of
from apps.orders.models import Order, OrderItem
from apps.orders.statuses import NEXT_STATUSES, Moves, OrderStatus, allowed_moves, can_move
from apps.users.models import User

MAX_LINES = 2000
MAX_QUANTITY = 10_000  # pieces of a product in one order
MAX_TOTAL = Decimal("9999999999999.99")  # what the column holds, and SQLite keeps exactly


@dataclass(frozen=True)
class RequestedItem:
    """A line of a wish: pieces of a product."""

    product_id: int
    quantity: int


@transaction.atomic
def place_order(*, user: User, items: Sequence[RequestedItem], language: str) -> Order:
    """Turn the requested items into an order at today's prices, and take them out of stock.

    Raises UnavailableItems, QuantityTooLarge, TotalTooLarge, or InsufficientStock with every product that
    falls short. Nothing is stored then.
    """
    quantities = _added_up(items)
    try:
        products = take_stock(quantities)
    except ProductUnavailable as refusal:
        raise UnavailableItems(
            [position for position, item in enumerate(items) if item.product_id in refusal.product_ids]
        ) from refusal
    total = sum((products[pk].price * quantity for pk, quantity in quantities.items()), start=Decimal(0))
    if total > MAX_TOTAL:
        raise TotalTooLarge
    order = Order.objects.create(
        user=user, total_price=total, currency=settings.STORE_CURRENCY, language=language
    )
    OrderItem.objects.bulk_create(_priced_items(order, products, quantities))
    order.status_changes.create(to_status=order.status, changed_by=user)
    enqueue(_job(INVOICE, order), _job(CONFIRMATION_EMAIL, order))
    return order


@transaction.atomic
def change_status(
    *,
    order_id: int,
    new_status: OrderStatus,
    changed_by: User,
    moves: Moves = NEXT_STATUSES,
    comment: str = "",
) -> Order:
    """Move the order along the table of statuses and record who did it; a cancelled one gives its stock back.

    `moves` are those that `changed_by` may make. Raises Order.DoesNotExist, InvalidStatusTransition when the
    table of statuses has no such move, and TransitionForbidden when it has, but not for this person.
    """
    order = Order.objects.select_for_update(of=("self",), no_key=True).get(pk=order_id)
    old_status = order.status
    allowed = allowed_moves(old_status, moves)
    if not can_move(old_status, new_status):
        raise InvalidStatusTransition(old_status, new_status, allowed)
    if new_status not in allowed:
        raise TransitionForbidden

    order.status = new_status
    order.save(update_fields=["status", "updated_at"])
    order.status_changes.create(
        from_status=old_status, to_status=new_status, changed_by=changed_by, comment=comment
    )
    if new_status == OrderStatus.CANCELLED:
        return_stock(dict(order.items.values_list("product_id", "quantity")))
    enqueue(*_jobs_of_status(order))
    return order


def _added_up(items: Sequence[RequestedItem]) -> Counter[int]:
    quantities: Counter[int] = Counter()
    for item in items:
        quantities[item.product_id] += item.quantity
    if any(quantity > MAX_QUANTITY for quantity in quantities.values()):
        raise QuantityTooLarge
    return quantities


def _priced_items(
    order: Order, products: Mapping[int, Product], quantities: Mapping[int, int]
) -> list[OrderItem]:
    return [
        OrderItem(
            order=order,
            product=products[product_id],
            product_name=products[product_id].name,
            sku=products[product_id].sku,
            quantity=quantity,
            price=products[product_id].price,
        )
        for product_id, quantity in quantities.items()
    ]


def _jobs_of_status(order: Order) -> list[JobOrder]:
    jobs = [_job(STATUS_EMAIL, order, status=order.status)]
    if order.status == OrderStatus.SHIPPED and settings.SHIPPING_API_URL:
        jobs.append(_job(SHIPMENT, order))
    return jobs


def _job(kind: str, order: Order, **arguments: str) -> JobOrder:
    key = ":".join([kind, str(order.pk), *arguments.values()])
    return JobOrder(
        kind, key=key, subject=subject_of(order.pk), arguments={"order_id": order.pk, **arguments}
    )
