"""Discounts of random baskets, against arithmetic that is written down a second time here, in integers."""

import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from apps.catalog.category_tree import CategoryTree
from apps.promotions.discounts import goods_discounts
from apps.promotions.models import Promotion
from apps.promotions.terms import Coupon, Line, Promotions, Terms
from apps.promotions.tests.test_stacking import NOW

BASKETS = 1_000  # of each seed
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 4))]
CATEGORIES = 6
TREE = CategoryTree({pk: pk // 2 or None for pk in range(1, CATEGORIES + 1)}, {})  # 2 and 3 lie in 1, …


def half_up(cents: Fraction) -> int:
    return int(cents + Fraction(1, 2))


def shares_of(worth: int, weights: dict[int, int]) -> dict[int, int]:
    """Share cents by weights: the largest remainders first, equal ones by product id."""
    total = sum(weights.values())
    shares = {pk: worth * weight // total for pk, weight in weights.items()}
    by_remainder = sorted(weights, key=lambda pk: (-(worth * weights[pk] % total), pk))
    for pk in by_remainder[: worth - sum(shares.values())]:
        shares[pk] += 1
    return shares


def is_in(category: int, categories: frozenset[int]) -> bool:
    return any(category >> steps in categories for steps in range(4))


def reference(
    lines: list[Line], promotions: Promotions, coupon: Coupon | None
) -> tuple[dict[int, int], tuple[str, int, int] | None]:
    """Return the discount of each product in cents, and what is off the order: (kind, promotion, worth)."""
    base = {line.product_id: int(line.base * 100) for line in lines}
    covered = {
        terms: {
            line.product_id
            for line in lines
            if not (terms.product_ids or terms.category_ids)
            or line.product_id in terms.product_ids
            or is_in(line.category_id, terms.category_ids)
        }
        for terms in [*promotions.off_lines, *promotions.off_order, *([coupon.terms] if coupon else [])]
    }
    percents = {
        pk: max(
            (int(terms.promotion.value) for terms in promotions.off_lines if pk in covered[terms]), default=0
        )
        for pk in base
    }
    discount = {pk: half_up(Fraction(base[pk] * percents[pk], 100)) for pk in base}
    left = {pk: base[pk] - discount[pk] for pk in base}

    def worth_of(terms: Terms) -> int:
        total, value = sum(left[pk] for pk in covered[terms]), terms.promotion.value
        return (
            half_up(Fraction(total) * Fraction(value) / 100)
            if terms.promotion.kind == "percent"
            else min(int(value * 100), total)
        )

    candidates = [("automatic", terms) for terms in promotions.off_order]
    candidates += [("coupon", coupon.terms)] if coupon and coupon.terms else []
    ranked = sorted(
        candidates, key=lambda each: (-worth_of(each[1]), each[0] != "coupon", each[1].promotion_id)
    )
    if not ranked or not (worth := worth_of(ranked[0][1])):
        return discount, None
    kind, terms = ranked[0]
    for pk, share in shares_of(worth, {pk: left[pk] for pk in sorted(covered[terms])}).items():
        discount[pk] += share
    return discount, (kind, terms.promotion_id, worth)


def random_terms(rnd: random.Random, pk: int, products: list[int], *, scope: str) -> Terms:
    is_percent = scope == "items" or rnd.random() < 0.5
    percents = [5, 7, 10, 15, 33, 100] if scope == "items" else ["0.01", 5, 7, "12.5", 33, 100]
    values: dict[str, Any] = (
        {"kind": "percent", "value": Decimal(rnd.choice(percents))}
        if is_percent
        else {"kind": "fixed", "value": Decimal(rnd.choice([1, 500, rnd.randint(1, 500_000)])) / 100}
    )
    named = rnd.sample(products, rnd.randint(0, len(products))) if rnd.random() < 0.4 else []
    categories = rnd.sample(range(1, CATEGORIES + 1), rnd.randint(1, 2)) if rnd.random() < 0.3 else []
    return Terms(Promotion(pk=pk, scope=scope, **values), frozenset(named), frozenset(categories))


def random_basket(rnd: random.Random) -> tuple[list[Line], Promotions, Coupon | None]:
    products = rnd.sample(range(1, 60), rnd.randint(1, 12))
    lines = [
        Line(pk, rnd.randint(1, CATEGORIES), Decimal(rnd.choice([0, 1, rnd.randint(0, 999_999)])) / 100)
        for pk in products
    ]
    off_lines = [random_terms(rnd, pk, products, scope="items") for pk in range(1, rnd.randint(1, 4))]
    off_lines.sort(key=lambda each: (-each.promotion.value, each.promotion_id))
    off_order = [random_terms(rnd, pk, products, scope="order") for pk in range(10, 10 + rnd.randint(0, 2))]
    coupon = Coupon("CODE", terms=random_terms(rnd, rnd.choice([5, 20]), products, scope="order"))
    return lines, Promotions(tuple(off_lines), tuple(off_order)), coupon if rnd.random() < 0.6 else None


@pytest.mark.parametrize("seed", SEEDS)
def test_discounts_of_random_baskets(seed):
    rnd, off_order_kinds = random.Random(seed), set()

    for _basket in range(BASKETS):
        lines, promotions, coupon = random_basket(rnd)
        expected, off_order = reference(lines, promotions, coupon)

        goods = goods_discounts(lines, promotions=promotions, tree=TREE, coupon=coupon, now=NOW)

        assert {pk: int(discount * 100) for pk, discount in goods.by_product.items()} == expected
        found = [each for each in goods.applied if off_order and each.promotion_id == off_order[1]]
        assert [(each.kind, each.promotion_id, int(each.amount * 100)) for each in found] == (
            [off_order] if off_order else []
        )
        for each in goods.applied:
            assert each.amount > 0
            assert sum(each.allocation.values()) == each.amount
            assert all(share > 0 for share in each.allocation.values())
        assert sum(goods.by_product.values()) == goods.total
        assert all(0 <= goods.by_product[line.product_id] <= line.base for line in lines)
        off_order_kinds.add(off_order[0] if off_order else None)

    assert off_order_kinds == {None, "automatic", "coupon"}
