"""A basket on its way to an order: what it costs, and every reason against it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property

from django.conf import settings
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
from apps.users.exceptions import EmailUnverified
from apps.users.models import User

MOST_CHANGES = 1000  # of prices that are gone back through
PRICES_REMEMBERED_DAYS = 30  # how old a total may be and still be explained line by line


@dataclass(frozen=True)
class Checkout:
    """What a customer wants, and at which total. `find` returns those of the products (by id) on sale."""

    customer: User
    items: Sequence[RequestedItem]
    find: Callable[[Mapping[int, int]], dict[int, Product]]
    expected_total: Decimal | None = None

    @cached_property
    def quantities(self) -> Counter[int]:
        """Return the pieces that are wanted, by product id."""
        return added_up(self.items)

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
        return total_of(self.products, self.available)

    def problems(self) -> Iterator[DomainError]:
        """Yield every reason against the order, in the order in which they are told; read what that needs.

        Placing raises the first, a quote shows all. So no rule can be in one and not in the other.
        """
        if settings.ORDERS_NEED_VERIFIED_EMAIL and self.customer.email_verified_at is None:
            yield EmailUnverified()
        if any(quantity > MAX_QUANTITY for quantity in self.quantities.values()):
            yield QuantityTooLarge()
        missing = self.quantities.keys() - self.products.keys()
        if missing:
            yield UnavailableItems(positions_of(self.items, missing))
        if shortages := shortages_of(self.products, self.available):
            yield InsufficientStock(shortages)
        if self.total > MAX_TOTAL:
            yield TotalTooLarge()
        if self.expected_total is not None and self.expected_total != self.total and not missing:
            changes = self._changed_prices(self.expected_total)
            yield PriceChanged(self.expected_total, self.total, changes)

    def _changed_prices(self, expected: Decimal) -> list[ChangedPrice]:
        """Return the lines whose price was another when they cost the expected total.

        The changes of prices are gone back through until the total is the expected one. When it never was, as
        for a client that reckons otherwise, every line is told without an old price.
        """
        total, prices = self.total, {pk: product.price for pk, product in self.products.items()}
        since = timezone.now() - timedelta(days=PRICES_REMEMBERED_DAYS)
        changes = PriceChange.objects.filter(product__in=self.available, created_at__gte=since)
        # Not all: the products may be locked meanwhile.
        for change in changes.order_by("-pk")[:MOST_CHANGES]:
            total += (change.old_price - prices[change.product_id]) * self.available[change.product_id]
            prices[change.product_id] = change.old_price
            if total == expected:
                return [
                    _changed(self.products[pk], price)
                    for pk, price in prices.items()
                    if price != self.products[pk].price
                ]
        return [_changed(self.products[pk], None) for pk in self.available]


def _changed(product: Product, old_price: Decimal | None) -> ChangedPrice:
    return ChangedPrice(
        product_id=product.pk,
        old_price=None if old_price is None else money_text(old_price),
        new_price=money_text(product.price),
    )
