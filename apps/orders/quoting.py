"""What an order would cost now, and everything that stands in its way. Nothing is written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from apps.catalog.exceptions import InsufficientStock
from apps.catalog.models import PriceChange, Product
from apps.catalog.stock import shortages_of
from apps.common.exceptions import DomainError
from apps.common.fields import money_text
from apps.orders.exceptions import (
    ChangedPrice,
    PriceChanged,
    QuantityTooLarge,
    TotalTooLarge,
    UnavailableItems,
)
from apps.orders.wishes import MAX_QUANTITY, MAX_TOTAL, RequestedItem, added_up, positions_of, total_of

MOST_CHANGES = 1000  # of prices that are gone back through
PRICES_REMEMBERED_DAYS = 30  # how old a total may be and still be explained line by line


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


def quote_order(*, items: Sequence[RequestedItem], expected_total: Decimal | None = None) -> Quote:
    """Return what the items cost now and every problem that placing the order would meet."""
    quantities = added_up(items)
    products = Product.objects.on_sale().in_bulk(quantities)
    available = {pk: quantity for pk, quantity in quantities.items() if pk in products}
    lines = [QuotedLine(products[pk], quantity) for pk, quantity in available.items()]
    total = total_of(products, available)
    return Quote(lines, total, list(_problems(items, products, available, total, expected_total)))


def refuse_other_total(
    products: Mapping[int, Product], quantities: Mapping[int, int], total: Decimal, expected: Decimal
) -> None:
    """Raise PriceChanged, with the old and the new price of each line, unless the total is as expected."""
    if total != expected:
        raise PriceChanged(expected, total, _changed_prices(products, quantities, total, expected))


def _problems(
    items: Sequence[RequestedItem],
    products: Mapping[int, Product],
    available: Mapping[int, int],
    total: Decimal,
    expected_total: Decimal | None,
) -> Iterator[DomainError]:
    if missing := positions_of(items, {item.product_id for item in items} - products.keys()):
        yield UnavailableItems(missing)
    if any(quantity > MAX_QUANTITY for quantity in added_up(items).values()):
        yield QuantityTooLarge()
    if shortages := shortages_of(products, available):
        yield InsufficientStock(shortages)
    if total > MAX_TOTAL:
        yield TotalTooLarge()
    if expected_total is not None and total != expected_total and not missing:
        yield PriceChanged(expected_total, total, _changed_prices(products, available, total, expected_total))


def _changed_prices(
    products: Mapping[int, Product], quantities: Mapping[int, int], total: Decimal, expected: Decimal
) -> list[ChangedPrice]:
    """Return the lines whose price was another when they cost the expected total.

    The changes of prices are gone back through until the total is the expected one. When it never was, as
    for a client that reckons otherwise, every line is told without an old price.
    """
    prices = {pk: product.price for pk, product in products.items()}
    since = timezone.now() - timedelta(days=PRICES_REMEMBERED_DAYS)
    changes = PriceChange.objects.filter(product__in=quantities, created_at__gte=since)
    # Not all: the products may be locked meanwhile.
    for change in changes.order_by("-pk")[:MOST_CHANGES]:
        total += (change.old_price - prices[change.product_id]) * quantities[change.product_id]
        prices[change.product_id] = change.old_price
        if total == expected:
            return [
                ChangedPrice(
                    product_id=pk, old_price=money_text(price), new_price=money_text(products[pk].price)
                )
                for pk, price in prices.items()
                if price != products[pk].price
            ]
    return [
        ChangedPrice(product_id=pk, old_price=None, new_price=money_text(products[pk].price))
        for pk in quantities
    ]
