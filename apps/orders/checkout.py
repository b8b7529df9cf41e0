"""Checkout: a basket, what it costs now, and every problem that stands in the way of ordering it."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cached_property

from django.conf import settings
from django.utils import timezone

from apps.catalog.exceptions import InsufficientStock
from apps.catalog.models import PriceChange, Product
from apps.catalog.stock import shortages_of
from apps.core.exceptions import DomainError
from apps.core.money import money_text
from apps.orders.exceptions import (
    ChangedPrice,
    PriceChanged,
    QuantityTooLarge,
    TotalTooLarge,
    UnavailableItems,
)
from apps.users.exceptions import EmailUnverified
from apps.users.models import User

MAX_LINES = 2000
MAX_QUANTITY = 10_000  # pieces of a product in one order
MAX_TOTAL = Decimal("9999999999999.99")  # what the column holds, and SQLite keeps exactly

MAX_PRICE_CHANGES = 1000  # that are gone back through
PRICES_REMEMBERED_DAYS = 30  # how old a total may be and still be explained line by line


@dataclass(frozen=True)
class BasketLine:
    """Pieces of a product that a customer wants."""

    product_id: int
    quantity: int


@dataclass(frozen=True)
class Basket:
    """What a customer wants. `find` returns the products that are on sale, by id, for quantities by id."""

    lines: Sequence[BasketLine]
    find: Callable[[Mapping[int, int]], dict[int, Product]]

    @cached_property
    def quantities(self) -> Counter[int]:
        """Return the pieces by product id: the same product twice is added up."""
        quantities: Counter[int] = Counter()
        for line in self.lines:
            quantities[line.product_id] += line.quantity
        return quantities

    @cached_property
    def products(self) -> dict[int, Product]:
        """Return the products that can be had, by id."""
        return self.find(self.quantities)

    @cached_property
    def available(self) -> dict[int, int]:
        """Return the pieces of these products."""
        return {pk: quantity for pk, quantity in self.quantities.items() if pk in self.products}

    @cached_property
    def total(self) -> Decimal:
        """Return what they cost now."""
        prices = (self.products[pk].price * quantity for pk, quantity in self.available.items())
        return sum(prices, start=Decimal(0))

    def positions_of(self, product_ids: Collection[int]) -> list[int]:
        """Return the positions of the lines that ask for one of the products."""
        return [position for position, line in enumerate(self.lines) if line.product_id in product_ids]


@dataclass(frozen=True)
class QuotedLine:
    """A product of a basket, at today's price."""

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


def quote_order(*, user: User, items: Sequence[BasketLine], expected_total: Decimal | None = None) -> Quote:
    """Return what the basket costs now and every problem that the user would meet, ordering it.

    Nothing is written or locked.
    """
    basket = Basket(items, Product.objects.on_sale().in_bulk)
    lines = [QuotedLine(basket.products[pk], quantity) for pk, quantity in basket.available.items()]
    return Quote(lines, basket.total, list(problems(basket, user, expected_total)))


def problems(basket: Basket, customer: User, expected_total: Decimal | None) -> Iterator[DomainError]:
    """Yield every reason against the order, in the order in which they are told; read what that needs.

    Placing raises the first, a quote shows all. So no rule can be in one and not in the other.
    """
    if settings.ORDERS_NEED_VERIFIED_EMAIL and customer.email_verified_at is None:
        yield EmailUnverified()
    if any(quantity > MAX_QUANTITY for quantity in basket.quantities.values()):
        yield QuantityTooLarge()
    missing = basket.quantities.keys() - basket.products.keys()
    if missing:
        yield UnavailableItems(basket.positions_of(missing))
    if shortages := shortages_of(basket.products, basket.available):
        yield InsufficientStock(shortages)
    if basket.total > MAX_TOTAL:
        yield TotalTooLarge()
    if expected_total is not None and expected_total != basket.total and not missing:
        yield PriceChanged(expected_total, basket.total, _changed_prices(basket, expected_total))


def _changed_prices(basket: Basket, expected_total: Decimal) -> list[ChangedPrice]:
    """Return the lines whose price was another when they cost the expected total.

    The changes of prices are gone back through until the total is the expected one. When it never was, as
    for a client that computes otherwise, every line is told without an old price.
    """
    total, prices = basket.total, {pk: product.price for pk, product in basket.products.items()}
    since = timezone.now() - timedelta(days=PRICES_REMEMBERED_DAYS)
    changes = PriceChange.objects.filter(product__in=basket.available, created_at__gte=since)
    # Not all: the products may be locked meanwhile.
    for change in changes.order_by("-pk")[:MAX_PRICE_CHANGES]:
        total += (change.old_price - prices[change.product_id]) * basket.available[change.product_id]
        prices[change.product_id] = change.old_price
        if total == expected_total:
            return [
                _changed_price(basket.products[pk], price)
                for pk, price in prices.items()
                if price != basket.products[pk].price
            ]
    return [_changed_price(basket.products[pk], None) for pk in basket.available]


def _changed_price(product: Product, old_price: Decimal | None) -> ChangedPrice:
    return ChangedPrice(
        product_id=product.pk,
        old_price=None if old_price is None else money_text(old_price),
        new_price=money_text(product.price),
    )
