"""What a customer wants to order: the basket, and where, how and by which terms it is to come."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from apps.catalog.models import Product
from apps.delivery.addresses import PostalAddress

MAX_LINES = 2000
MAX_QUANTITY = 10_000  # pieces of a product in one order


@dataclass(frozen=True)
class BasketLine:
    """Pieces of a product that a customer wants."""

    product_id: int
    quantity: int


@dataclass(frozen=True)
class PointChoice:
    """The pick-up point that a customer has chosen."""

    provider: str
    code: str


@dataclass(frozen=True)
class Checkout:
    """All that a customer says of an order. Empty texts and None: not chosen."""

    items: Sequence[BasketLine]
    delivery_method: str = ""
    shipping_address: PostalAddress | None = None
    billing_address: PostalAddress | None = None
    pickup_point: PointChoice | None = None
    coupon: str = ""
    payment_method: str = ""
    customer_note: str = ""
    gift_message: str = ""
    expected_total: Decimal | None = None


@dataclass(frozen=True)
class Basket:
    """The items. `find` returns the products that are on sale, by id, for quantities by id."""

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
        """Return the pieces of these products, in the order of the request."""
        return {pk: quantity for pk, quantity in self.quantities.items() if pk in self.products}

    @property
    def missing(self) -> Collection[int]:
        """Return the ids of the products that cannot be had."""
        return self.quantities.keys() - self.products.keys()

    def positions_of(self, product_ids: Collection[int]) -> list[int]:
        """Return the positions of the lines that ask for one of the products."""
        return [position for position, line in enumerate(self.lines) if line.product_id in product_ids]
