"""What a customer asks for, before it is an order."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.catalog.models import Product

MAX_LINES = 2000
MAX_QUANTITY = 10_000  # pieces of a product in one order
MAX_TOTAL = Decimal("9999999999999.99")  # what the column holds, and SQLite keeps exactly


@dataclass(frozen=True)
class RequestedItem:
    """A line of a wish: pieces of a product."""

    product_id: int
    quantity: int


def added_up(items: Sequence[RequestedItem]) -> Counter[int]:
    """Return the pieces by product id: the same product twice is added up."""
    quantities: Counter[int] = Counter()
    for item in items:
        quantities[item.product_id] += item.quantity
    return quantities


def positions_of(items: Sequence[RequestedItem], product_ids: Collection[int]) -> list[int]:
    """Return the positions of the lines that ask for one of the products."""
    return [position for position, item in enumerate(items) if item.product_id in product_ids]


def total_of(products: Mapping[int, Product], quantities: Mapping[int, int]) -> Decimal:
    """Return what the quantities cost at the products' prices."""
    return sum((products[pk].price * quantity for pk, quantity in quantities.items()), start=Decimal(0))
