"""Terms of promotions: what each covers and when it runs, and the coupon of an order."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from apps.catalog.category_tree import CategoryTree
from apps.promotions.exceptions import RefusalReason
from apps.promotions.models import Promotion, PromotionCode, PromotionKind, PromotionScope


@dataclass(frozen=True)
class Line:
    """A product of a basket; `base` is what its pieces cost without any discount."""

    product_id: int
    category_id: int
    base: Decimal


@dataclass(frozen=True)
class Terms:
    """A promotion, and the ids of its products and categories: without any, it is for everything."""

    promotion: Promotion
    product_ids: frozenset[int]
    category_ids: frozenset[int]

    @property
    def promotion_id(self) -> int:
        """Return the id of the promotion."""
        return self.promotion.pk

    @property
    def is_off_delivery(self) -> bool:
        """Tell whether it takes off the price of delivery, not of goods."""
        return self.promotion.kind == PromotionKind.FREE_DELIVERY

    def is_over(self, now: datetime) -> bool:
        """Tell whether its time has passed."""
        return self.promotion.ends_at is not None and self.promotion.ends_at <= now

    def is_yet_to_start(self, now: datetime) -> bool:
        """Tell whether its time has not come."""
        return self.promotion.starts_at is not None and now < self.promotion.starts_at

    def is_running(self, now: datetime) -> bool:
        """Tell whether it is its time."""
        return not self.is_yet_to_start(now) and not self.is_over(now)

    def allows(self, total: Decimal) -> bool:
        """Tell whether the total is not below its minimum."""
        return self.promotion.min_total is None or total >= self.promotion.min_total

    def covers(self, line: Line, tree: CategoryTree) -> bool:
        """Tell whether it is for the product, or for a category that the product lies in, however deep."""
        if not self.product_ids and not self.category_ids:
            return True
        return line.product_id in self.product_ids or not self.category_ids.isdisjoint(
            tree.path(line.category_id)
        )


@dataclass(frozen=True)
class Promotions:
    """The automatic promotions: off each line (the best first), off the order, off delivery."""

    off_lines: tuple[Terms, ...] = ()
    off_order: tuple[Terms, ...] = ()
    off_delivery: tuple[Terms, ...] = ()


@dataclass(frozen=True)
class Coupon:
    """A code as a customer gave it. `refusal` is what its counters and the customer's past say against it.

    `is_counted` tells whether this order stands in the counters already.
    """

    code: str
    row: PromotionCode | None = None  # None: there is no such code
    terms: Terms | None = None
    refusal: RefusalReason | None = None
    is_counted: bool = False


def terms_of(promotion: Promotion, scope: Promotion | PromotionCode) -> Terms:
    """Return the terms of the promotion; its products and categories were read along with `scope`."""
    return Terms(promotion, frozenset(scope.product_ids or ()), frozenset(scope.category_ids or ()))


def load_promotions() -> Promotions:
    """Read the automatic promotions."""
    rows = Promotion.objects.automatic().with_scope().order_by("pk")
    terms = [terms_of(row, row) for row in rows]
    off_goods = [each for each in terms if not each.is_off_delivery]
    off_lines = [each for each in off_goods if each.promotion.scope == PromotionScope.ITEMS]
    return Promotions(
        off_lines=tuple(sorted(off_lines, key=lambda each: (-each.promotion.value, each.promotion_id))),
        off_order=tuple(each for each in off_goods if each.promotion.scope == PromotionScope.ORDER),
        off_delivery=tuple(each for each in terms if each.is_off_delivery),
    )
