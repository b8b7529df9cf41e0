"""Ordering the same again: the basket of an order, without what is not on sale any more."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from apps.catalog.models import Product
from apps.orders.checkout import BasketLine
from apps.orders.models import Order


@dataclass(frozen=True)
class BasketOfOrder:
    """The lines that can be ordered again, and the ids of the products that cannot, both as in the order."""

    items: list[BasketLine]
    left_out: list[int]


def basket_of(order: Order) -> BasketOfOrder:
    """Return the basket of the order. Nothing is said of stock and steps: that shows when it is quoted."""
    on_sale = Exists(Product.objects.on_sale().filter(pk=OuterRef("product_id")))
    lines = list(order.items.values_list("product_id", "quantity", on_sale))
    return BasketOfOrder(
        items=[BasketLine(product_id, quantity) for product_id, quantity, is_on_sale in lines if is_on_sale],
        left_out=[product_id for product_id, _quantity, is_on_sale in lines if not is_on_sale],
    )
