"""Exports of orders and of their items."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from apps.import_export.registry import ExportKind, Row, exportable
from apps.orders.models import AddressKind, DiscountKind, Order, OrderAddress, OrderDiscount, OrderItem

ROWS_IN_MEMORY = 2000
ORDER_COLUMNS = (
    "id",
    "created_at",
    "updated_at",
    "status",
    "username",
    "email",
    "items_count",
    "total_price",
    "currency",
    "tracking_number",
    "items_total",
    "discount_total",
    "delivery_price",
    "delivery_discount",
    "tax_total",
    "delivery_method",
    "payment_method",
    "payment_status",
    "coupon",
    "recipient",
    "phone",
    "country",
    "region",
    "city",
    "postal_code",
    "line1",
    "paid_total",
    "refunded_total",
    "balance",
)
ITEM_COLUMNS = (
    "order_id",
    "created_at",
    "status",
    "sku",
    "name",
    "quantity",
    "price",
    "total",
    "currency",
    "discount",
    "amount",
    "tax_rate",
    "tax_amount",
    "weight_g",
)
NOWHERE = ("",) * 7


def order_rows(order_ids: Sequence[int]) -> Iterator[Row]:
    """Yield the rows of the orders, by id."""
    shipping = OrderAddress.objects.filter(order__in=order_ids, kind=AddressKind.SHIPPING)
    recipients = {address.order_id: _recipient(address) for address in shipping}
    coupons = OrderDiscount.objects.filter(order__in=order_ids, kind=DiscountKind.COUPON)
    codes = dict(coupons.values_list("order_id", "code"))
    orders = Order.objects.filter(pk__in=order_ids).with_items_count().order_by("pk")
    for order in orders.iterator(ROWS_IN_MEMORY):
        yield (
            order.pk,
            order.created_at,
            order.updated_at,
            order.status,
            order.customer_name,
            order.customer_email,
            order.items_count,
            order.total_price,
            order.currency,
            order.tracking_number,
            order.goods_total,
            order.discount_total,
            order.delivery_price,
            order.delivery_discount,
            order.tax_total,
            order.delivery_method,
            order.payment_method,
            order.payment_status,
            codes.get(order.pk, ""),
            *recipients.get(order.pk, NOWHERE),
            order.paid_total,
            order.refunded_total,
            order.balance,
        )


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
            item.discount,
            item.amount,
            item.tax_rate,
            item.tax_amount,
            item.weight_g,
        )


def _recipient(address: OrderAddress) -> Row:
    """Return who gets the order, and where: at the pick-up point, if it goes to one."""
    if point := address.pickup_point:
        place = [point[name] for name in ("country", "region", "city", "postal_code", "address")]
    else:
        place = [address.country, address.region, address.city, address.postal_code, address.line1]
    return address.name, address.phone, *place


ORDERS = exportable(
    ExportKind(
        name="orders",
        label=_("Orders"),
        model=Order,
        columns=ORDER_COLUMNS,
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
