"""Exports of orders and of their items."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from apps.import_export.registry import ExportKind, Row, exportable
from apps.orders.models import Order, OrderItem

ROWS_IN_MEMORY = 2000
ORDER_COLUMNS = {
    "id": "pk",
    "created_at": "created_at",
    "updated_at": "updated_at",
    "status": "status",
    "username": "user__username",
    "email": "user__email",
    "items_count": "items_count",
    "total_price": "total_price",
    "currency": "currency",
    "tracking_number": "tracking_number",
}
ITEM_COLUMNS = ("order_id", "created_at", "status", "sku", "name", "quantity", "price", "total", "currency")


def order_rows(order_ids: Sequence[int]) -> Iterator[Row]:
    """Yield the rows of the orders, by id."""
    orders = Order.objects.filter(pk__in=order_ids).with_items_count().order_by("pk")
    return orders.values_list(*ORDER_COLUMNS.values()).iterator(ROWS_IN_MEMORY)


def item_rows(order_ids: Sequence[int]) -> Iterator[Row]:
    """Yield the rows of the lines of the orders, by order and id."""
    items = OrderItem.objects.filter(order__in=order_ids).select_related("order")
    for item in items.order_by("order_id", "pk").iterator(ROWS_IN_MEMORY):
        order = item.order
        yield (
            order.pk,
            order.created_at,
            order.status,
            item.sku,
            item.product_name,
            item.quantity,
            item.price,
            item.total,
            order.currency,
        )


ORDERS = exportable(
    ExportKind(
        name="orders",
        label=_("Orders"),
        model=Order,
        columns=tuple(ORDER_COLUMNS),
        rows=order_rows,
        naming=Order.objects.of,
    )
)
ORDER_ITEMS = exportable(
    ExportKind(
        name="order-items",
        label=_("Order lines"),
        model=Order,
        columns=ITEM_COLUMNS,
        rows=item_rows,
        naming=None,
    )
)
