"""Parts of a placed order that several places show alike: its taxes by rate, and its addresses by kind."""

from collections.abc import Iterable
from decimal import Decimal

from apps.orders.checkout import TaxRow, tax_rows
from apps.orders.models import AddressKind, Order, OrderAddress, OrderItem


def tax_rows_of(order: Order, items: Iterable[OrderItem]) -> list[TaxRow]:
    """Return the taxes of the order by rate, that of delivery among them. The items are all of its items."""
    taxed: list[tuple[Decimal | None, Decimal, Decimal]] = [
        (item.tax_rate, item.amount, item.tax_amount) for item in items
    ]
    if order.delivery_method:
        delivery = order.delivery_price - order.delivery_discount
        taxed.append((order.delivery_tax_rate, delivery, order.delivery_tax))
    return tax_rows(taxed, included=order.prices_include_tax)


def address_of(order: Order, kind: AddressKind) -> OrderAddress | None:
    """Return the address of the order that is for this; None if it has none."""
    return next((address for address in order.fetched_addresses if address.kind == kind), None)
