"""Evaluation of promotions: which discounts an order gets, and the share of each line. Pure arithmetic.

The whole stacking rule: (1) each line gets the best automatic promotion off lines. (2) Of those off the order
one applies, the best automatic one or the coupon, whichever is worth more on what (1) has left of its lines.
(3) Delivery is free by an automatic promotion, else by the coupon.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypedDict

from django.utils.translation import gettext

from apps.catalog.category_tree import CategoryTree
from apps.core.money import ZERO, allocate, half_up
from apps.promotions.exceptions import CouponInvalid, RefusalReason
from apps.promotions.models import PromotionKind
from apps.promotions.terms import Coupon, Line, Promotions, Terms

COUPON, AUTOMATIC = "coupon", "automatic"
ITEMS, DELIVERY = "items", "delivery"


@dataclass(frozen=True)
class AppliedDiscount:
    """What a promotion takes off an order: `kind` and `target` are those of `OrderDiscount`.

    `allocation` has the share of each product that has one; it is empty for delivery.
    """

    promotion_id: int
    kind: str
    code: str  # empty for an automatic one
    name: str  # in the present language
    target: str
    amount: Decimal
    allocation: Mapping[int, Decimal]


@dataclass(frozen=True)
class GoodsDiscounts:
    """The discounts on the goods. `left` is what promotions off lines have left of each line."""

    left: Mapping[Line, Decimal]  # by product id
    applied: list[AppliedDiscount]

    @property
    def subtotal(self) -> Decimal:
        """Return what promotions off lines have left of all lines: minimum totals compare with it."""
        return sum(self.left.values(), ZERO)

    @property
    def by_product(self) -> Mapping[int, Decimal]:
        """Return the discount of each product, none of which is above what it costs."""
        discounts = dict.fromkeys((line.product_id for line in self.left), ZERO)
        for each in self.applied:
            for product_id, share in each.allocation.items():
                discounts[product_id] += share
        return discounts

    @property
    def total(self) -> Decimal:
        """Return the discount on all goods."""
        return sum((each.amount for each in self.applied), ZERO)


class Notice(TypedDict):
    """Something that a customer should know of, and that stands in nobody's way."""

    code: str
    reason: str | None
    detail: str


@dataclass(frozen=True)
class CouponOutcome:
    """What becomes of the coupon: it is refused, it applies, or something else is better (`notices`)."""

    refusal: CouponInvalid | None
    is_applied: bool
    notices: list[Notice]


def goods_discounts(
    lines: Iterable[Line], *, promotions: Promotions, tree: CategoryTree, coupon: Coupon | None, now: datetime
) -> GoodsDiscounts:
    """Return the discounts on the lines, each of which is another product."""
    lines = sorted(lines, key=lambda line: line.product_id)
    off_lines = list(_off_lines(lines, promotions, tree, now))
    goods = GoodsDiscounts(_left_of(lines, off_lines), off_lines)
    off_order = [
        _off_order(terms, AUTOMATIC, "", goods, tree)
        for terms in promotions.off_order
        if terms.is_running(now) and terms.allows(goods.subtotal)
    ]
    if coupon and _standing_refusal(coupon, goods, now) is None:
        off_order.append(_coupon_off_order(coupon, goods, tree))
    best = max(filter(None, off_order), key=_rank, default=None)
    return GoodsDiscounts(goods.left, [*off_lines, best]) if best else goods


def delivery_discount(
    goods: GoodsDiscounts,
    *,
    price: Decimal | None,
    promotions: Promotions,
    tree: CategoryTree,
    coupon: Coupon | None,
    now: datetime,
) -> AppliedDiscount | None:
    """Return the discount that makes delivery at this price free; None without one, or without a price."""
    if not price:
        return None
    for terms in promotions.off_delivery:
        if terms.is_running(now) and terms.allows(goods.subtotal) and _covers_any(terms, goods, tree):
            return _off_delivery(terms, AUTOMATIC, "", price)
    if coupon is None or coupon.terms is None or not coupon.terms.is_off_delivery:
        return None
    if _standing_refusal(coupon, goods, now) or not _covers_any(coupon.terms, goods, tree):
        return None
    return _off_delivery(coupon.terms, COUPON, coupon.code, price)


def coupon_outcome(
    coupon: Coupon | None,
    *,
    goods: GoodsDiscounts,
    delivery: AppliedDiscount | None,
    delivery_price: Decimal | None,
    tree: CategoryTree,
    now: datetime,
) -> CouponOutcome:
    """Return what becomes of the coupon, after the discounts on goods and delivery are known.

    `delivery_price` is that of the chosen method, before any discount; None where none is chosen.
    """
    if coupon is None:
        return CouponOutcome(None, is_applied=False, notices=[])
    refusal = _standing_refusal(coupon, goods, now)
    if refusal is None and not _is_worth_anything(coupon, goods, delivery_price, tree):
        refusal = CouponInvalid(RefusalReason.NOTHING_APPLIES)
    if refusal:
        return CouponOutcome(refusal, is_applied=False, notices=[])
    applied = [*goods.applied, delivery] if delivery else goods.applied
    is_applied = any(each.kind == COUPON for each in applied)
    return CouponOutcome(None, is_applied, notices=[] if is_applied else [_better_discount()])


def _off_lines(
    lines: Sequence[Line], promotions: Promotions, tree: CategoryTree, now: datetime
) -> Iterator[AppliedDiscount]:
    """Yield the promotions that are the best one of a line, by id."""
    # Nothing is off the lines yet: this is the total that their own minimum compares with.
    total = sum((line.base for line in lines), ZERO)
    usable = [terms for terms in promotions.off_lines if terms.is_running(now) and terms.allows(total)]
    shares: dict[Terms, dict[int, Decimal]] = defaultdict(dict)
    for line in lines:
        if best := next((terms for terms in usable if terms.covers(line, tree)), None):
            shares[best][line.product_id] = half_up(line.base * best.promotion.value / 100)
    for terms in sorted(shares, key=lambda terms: terms.promotion_id):
        if discount := _off_goods(terms, AUTOMATIC, "", shares[terms]):
            yield discount


def _left_of(lines: Sequence[Line], off_lines: Sequence[AppliedDiscount]) -> dict[Line, Decimal]:
    discounts = {pk: share for each in off_lines for pk, share in each.allocation.items()}
    return {line: line.base - discounts.get(line.product_id, ZERO) for line in lines}


def _off_order(
    terms: Terms, kind: str, code: str, goods: GoodsDiscounts, tree: CategoryTree
) -> AppliedDiscount | None:
    """Return what the promotion takes off the order, whatever its scope; None when that is nothing."""
    left = {line.product_id: rest for line, rest in goods.left.items() if terms.covers(line, tree)}
    total, value = sum(left.values(), ZERO), terms.promotion.value
    is_percent = terms.promotion.kind == PromotionKind.PERCENT
    worth = half_up(total * value / 100) if is_percent else min(value, total)
    return _off_goods(terms, kind, code, dict(zip(left, allocate(worth, list(left.values())), strict=True)))


def _coupon_off_order(coupon: Coupon, goods: GoodsDiscounts, tree: CategoryTree) -> AppliedDiscount | None:
    if coupon.terms is None or coupon.terms.is_off_delivery:
        return None
    return _off_order(coupon.terms, COUPON, coupon.code, goods, tree)


def _off_goods(terms: Terms, kind: str, code: str, shares: Mapping[int, Decimal]) -> AppliedDiscount | None:
    amount = sum(shares.values(), ZERO)
    if not amount:
        return None
    allocation = {product_id: share for product_id, share in shares.items() if share}
    return AppliedDiscount(terms.promotion_id, kind, code, terms.promotion.name, ITEMS, amount, allocation)


def _off_delivery(terms: Terms, kind: str, code: str, price: Decimal) -> AppliedDiscount:
    return AppliedDiscount(terms.promotion_id, kind, code, terms.promotion.name, DELIVERY, price, {})


def _rank(discount: AppliedDiscount) -> tuple[Decimal, bool, int]:
    return discount.amount, discount.kind == COUPON, -discount.promotion_id


def _covers_any(terms: Terms, goods: GoodsDiscounts, tree: CategoryTree) -> bool:
    return any(terms.covers(line, tree) for line in goods.left)


def _standing_refusal(coupon: Coupon, goods: GoodsDiscounts, now: datetime) -> CouponInvalid | None:
    """Return the refusal that does not depend on what the coupon would be worth."""
    if coupon.terms is None or coupon.terms.is_over(now):
        return CouponInvalid(RefusalReason.NOT_VALID)
    if coupon.terms.is_yet_to_start(now):
        return CouponInvalid(RefusalReason.NOT_YET)
    if coupon.refusal:
        return CouponInvalid(coupon.refusal)
    if not coupon.terms.allows(goods.subtotal):
        return CouponInvalid(RefusalReason.BELOW_MINIMUM, min_total=coupon.terms.promotion.min_total)
    return None


def _is_worth_anything(
    coupon: Coupon, goods: GoodsDiscounts, delivery_price: Decimal | None, tree: CategoryTree
) -> bool:
    if coupon.terms and coupon.terms.is_off_delivery:
        return bool(delivery_price) and _covers_any(coupon.terms, goods, tree)
    return _coupon_off_order(coupon, goods, tree) is not None


def _better_discount() -> Notice:
    detail = gettext("Your code was not used: another discount is worth more.")
    return {"code": "coupon_not_used", "reason": "better_discount", "detail": detail}
