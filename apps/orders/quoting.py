"""What an order would cost now, and everything that stands in its way. Nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from apps.catalog.models import Product
from apps.common.exceptions import DomainError
from apps.orders.checkout import Checkout
from apps.orders.wishes import RequestedItem
from apps.users.models import User


@dataclass(frozen=True)
class QuotedLine:
    """A product of a wish, at today's price."""

    product: Product
    quantity: int

    @property
    def total(self) -> Decimal:
        """Return the price of the line."""
        return self.product.price * self.quantity


@dataclass(frozen=True)
class Quote:
    """The lines that can be had at all, what they cost together, and why the order would be refused."""

    lines: list[QuotedLine]
    total_price: Decimal
    problems: list[DomainError] = field(default_factory=list)


def quote_order(
    *, user: User, items: Sequence[RequestedItem], expected_total: Decimal | None = None
) -> Quote:
    """Return what the items cost now and every problem that the user would meet, placing the order."""
    checkout = Checkout(user, items, Product.objects.on_sale().in_bulk, expected_total)
    lines = [QuotedLine(checkout.products[pk], quantity) for pk, quantity in checkout.available.items()]
    return Quote(lines, checkout.total, list(checkout.problems()))
