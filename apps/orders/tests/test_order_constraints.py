"""Database constraints of orders: what must never be wrong is refused, whatever the code does."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.orders.models import Invoice, Order, OrderItem
from apps.orders.tests.factories import make_order
from apps.users.models import User

# Of the constraints that are broken, SQLite names the first, PostgreSQL that whose name comes first.
IMPOSSIBLE: dict[str, tuple[str, Callable[[], object]]] = {
    "stock below zero": (
        "catalog_product_stock_not_negative|stock",
        lambda: Product.objects.update(stock=-1),
    ),
    "price below zero": (
        "catalog_product_price_not_negative",
        lambda: Product.objects.update(price="-0.01"),
    ),
    "no pieces": ("orders_orderitem_quantity_positive", lambda: OrderItem.objects.update(quantity=0)),
    "fewer than no pieces": (
        "orders_orderitem_quantity_positive|quantity|orders_orderitem_discount_within_price",
        lambda: OrderItem.objects.update(quantity=-1),
    ),
    "a line's price below zero": (
        "orders_orderitem_price_not_negative|orders_orderitem_discount_within_price",
        lambda: OrderItem.objects.update(price="-0.01"),
    ),
    "a total below zero": (
        "orders_order_total_not_negative|orders_order_no_more_credited_than_due",
        lambda: Order.objects.update(total_price="-0.01"),
    ),
    "an unknown status": ("orders_order_status_known", lambda: Order.objects.update(status="lost")),
    "an empty status": ("orders_order_status_known", lambda: Order.objects.update(status="")),
    "a product twice in an order": (
        "orders_orderitem_one_per_product|order_id, orders_orderitem.product_id",
        lambda: OrderItem.objects.create(
            order=Order.objects.get(), product=Product.objects.get(), product_name="x", sku="x", **PIECE
        ),
    ),
    "a second invoice": (
        "orders_invoice_order_id_key|orders_invoice.order_id",
        lambda: Invoice.objects.bulk_create(Invoice(order=Order.objects.get(), pdf=b"%PDF") for _ in "ab"),
    ),
}
PIECE = {"quantity": 1, "price": "1.00"}

pytestmark = pytest.mark.embedded


@pytest.mark.parametrize("what", IMPOSSIBLE)
def test_database_refuses(customer: User, what: str):
    make_order(customer, {make_product(stock=5): 2})
    constraint, attempt = IMPOSSIBLE[what]
    before = everything()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        attempt()

    assert everything() == before


def everything() -> list[list[tuple]]:
    return [list(model.objects.values_list()) for model in (Product, Order, OrderItem, Invoice)]
