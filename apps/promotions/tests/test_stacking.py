"""The stacking rule: which promotions an order gets, and what becomes of its coupon."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from apps.catalog.category_tree import CategoryTree
from apps.promotions.discounts import (
    AppliedDiscount,
    CouponOutcome,
    GoodsDiscounts,
    coupon_outcome,
    delivery_discount,
    goods_discounts,
)
from apps.promotions.exceptions import RefusalReason
from apps.promotions.models import Promotion
from apps.promotions.terms import Coupon, Line, Promotions, Terms

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TEA, GREEN_TEA, CUPS = 1, 2, 3  # categories: green tea lies in tea
TREE = CategoryTree({TEA: None, GREEN_TEA: TEA, CUPS: None}, {})
ASSAM, SENCHA, CUP = (
    Line(1, TEA, Decimal("780.00")),
    Line(7, GREEN_TEA, Decimal("420.00")),
    Line(9, CUPS, Decimal("100.00")),
)


def terms(pk: int, *, products: Any = (), categories: Any = (), **values: Any) -> Terms:
    """Return the terms of a promotion that is not stored: 10 % off the order, unless values are given."""
    values = {"name_ru": f"P{pk}", "kind": "percent", "scope": "order", "value": Decimal(10), **values}
    return Terms(Promotion(pk=pk, **values), frozenset(products), frozenset(categories))


def off_lines(*percents: tuple[int, int], **values: Any) -> Promotions:
    """Return automatic promotions off lines, of (id, percent), the best first."""
    each = [terms(pk, scope="items", value=Decimal(percent), **values) for pk, percent in percents]
    return Promotions(off_lines=tuple(each))


def coupon(pk: int = 50, *, refusal: RefusalReason | None = None, **values: Any) -> Coupon:
    return Coupon("TEA10", terms=terms(pk, **values), refusal=refusal)


def discounts(
    *lines: Line, promotions: Promotions | None = None, coupon: Coupon | None = None
) -> GoodsDiscounts:
    return goods_discounts(lines, promotions=promotions or Promotions(), tree=TREE, coupon=coupon, now=NOW)


def outcome(
    *lines: Line,
    coupon: Coupon,
    promotions: Promotions | None = None,
    delivery_price: Decimal | None = None,
) -> tuple[GoodsDiscounts, AppliedDiscount | None, CouponOutcome]:
    goods = discounts(*lines, promotions=promotions, coupon=coupon)
    shared: Any = {"tree": TREE, "now": NOW}
    delivery = delivery_discount(
        goods, price=delivery_price, promotions=promotions or Promotions(), coupon=coupon, **shared
    )
    found = coupon_outcome(coupon, goods=goods, delivery=delivery, delivery_price=delivery_price, **shared)
    return goods, delivery, found


def refusal_of(*lines: Line, **more: Any) -> tuple[str, str | None] | None:
    goods, delivery, found = outcome(*lines, **more)
    if found.refusal is None:
        return None
    # A refused coupon takes nothing off, either.
    assert not found.is_applied
    assert [each.kind for each in [*goods.applied, delivery] if each and each.kind == "coupon"] == []
    payload = found.refusal.as_payload()
    assert payload["errors"][0]["pointer"] == "/coupon"
    return payload["reason"], payload["min_total"]


def test_a_coupon_is_shared_among_its_lines():
    goods = discounts(ASSAM, SENCHA, coupon=coupon())

    assert goods.applied == [
        AppliedDiscount(
            promotion_id=50,
            kind="coupon",
            code="TEA10",
            name="P50",
            target="items",
            amount=Decimal("120.00"),
            allocation={1: Decimal("78.00"), 7: Decimal("42.00")},
        )
    ]
    assert (goods.total, goods.subtotal) == (Decimal("120.00"), Decimal("1200.00"))
    assert goods.by_product == {1: Decimal("78.00"), 7: Decimal("42.00")}


def test_each_line_gets_the_best_promotion_off_lines():
    promotions = Promotions(
        off_lines=(
            terms(4, scope="items", value=Decimal(30), categories=[GREEN_TEA]),
            terms(3, scope="items", value=Decimal(20), categories=[TEA]),
            terms(5, scope="items", value=Decimal(5)),
        )
    )

    goods = discounts(CUP, SENCHA, ASSAM, promotions=promotions)

    assert [(each.promotion_id, each.kind, each.code, each.allocation) for each in goods.applied] == [
        (3, "automatic", "", {1: Decimal("156.00")}),
        (4, "automatic", "", {7: Decimal("126.00")}),
        (5, "automatic", "", {9: Decimal("5.00")}),
    ]


def test_a_promotion_off_the_order_comes_on_top_of_those_off_lines():
    promotions = Promotions(
        off_lines=(terms(3, scope="items", value=Decimal(50), products=[1]),), off_order=(terms(4),)
    )

    goods = discounts(ASSAM, SENCHA, promotions=promotions)

    assert goods.applied[1].allocation == {1: Decimal("39.00"), 7: Decimal("42.00")}
    assert goods.by_product == {1: Decimal("429.00"), 7: Decimal("42.00")}


@pytest.mark.parametrize(
    ("values", "worth"),
    [
        ((Decimal(10), Decimal(20)), (5, "automatic")),
        ((Decimal(20), Decimal(10)), (50, "coupon")),
        ((Decimal(10), Decimal(10)), (50, "coupon")),
    ],
    ids=["automatic is worth more", "coupon is worth more", "on a tie the coupon"],
)
def test_the_coupon_or_the_best_automatic_promotion_off_the_order(values, worth):
    of_coupon, automatic = values
    promotions = Promotions(off_order=(terms(4, value=Decimal(1)), terms(5, value=automatic)))

    goods, _delivery, found = outcome(ASSAM, promotions=promotions, coupon=coupon(value=of_coupon))

    assert [(each.promotion_id, each.kind) for each in goods.applied] == [worth]
    assert found.refusal is None
    assert found.is_applied == (worth[1] == "coupon")
    assert [(notice["code"], notice["reason"]) for notice in found.notices] == (
        [] if found.is_applied else [("coupon_not_used", "better_discount")]
    )


def test_what_a_promotion_is_worth_depends_on_what_it_is_for():
    percent_of_little, fixed = (
        terms(4, value=Decimal(50), products=[9]),
        terms(5, kind="fixed", value=Decimal(60)),
    )

    goods = discounts(ASSAM, CUP, promotions=Promotions(off_order=(percent_of_little, fixed)))

    assert [(each.promotion_id, each.amount) for each in goods.applied] == [(5, Decimal("60.00"))]


def test_of_equal_automatic_promotions_the_older_one_applies():
    goods = discounts(ASSAM, promotions=Promotions(off_order=(terms(4), terms(5))))

    assert [each.promotion_id for each in goods.applied] == [4]


def test_a_fixed_discount_is_never_above_what_its_lines_cost():
    goods = discounts(ASSAM, CUP, coupon=coupon(kind="fixed", value=Decimal(500), products=[9]))

    assert goods.by_product == {1: Decimal("0.00"), 9: Decimal("100.00")}


def test_equal_remainders_go_to_the_lower_product_id():
    third = [Line(pk, TEA, Decimal("0.10")) for pk in (3, 2, 1)]

    goods = discounts(*third, coupon=coupon(kind="fixed", value=Decimal("0.10")))

    assert goods.by_product == {1: Decimal("0.04"), 2: Decimal("0.03"), 3: Decimal("0.03")}


def test_a_code_off_lines_works_as_one_off_the_order():
    goods = discounts(
        ASSAM,
        SENCHA,
        promotions=off_lines((3, 20), categories=[GREEN_TEA]),
        coupon=coupon(scope="items", categories=[TEA]),
    )

    assert goods.by_product == {1: Decimal("78.00"), 7: Decimal("84.00") + Decimal("33.60")}


@pytest.mark.parametrize(
    ("times", "runs"),
    [
        ({"starts_at": NOW}, True),
        ({"starts_at": NOW + SECOND}, False),
        ({"ends_at": NOW + SECOND}, True),
        ({"ends_at": NOW}, False),
    ],
)
def test_promotions_run_from_their_start_until_their_end(times, runs):
    everything = Promotions(
        off_lines=(terms(3, scope="items", **times),),
        off_order=(terms(4, **times),),
        off_delivery=(terms(5, kind="free_delivery", value=Decimal(0), **times),),
    )

    goods = discounts(ASSAM, promotions=everything)
    delivery = delivery_discount(
        goods, price=Decimal(350), promotions=everything, tree=TREE, coupon=None, now=NOW
    )

    assert ([each.promotion_id for each in goods.applied], bool(delivery)) == ([3, 4] if runs else [], runs)


def test_a_minimum_compares_with_what_promotions_off_lines_have_left():
    half_off = {"off_lines": (terms(3, scope="items", value=Decimal(50)),)}
    enough, too_much = terms(4, min_total=Decimal(390)), terms(5, min_total=Decimal("390.01"))

    goods = discounts(ASSAM, promotions=Promotions(**half_off, off_order=(enough,)))
    bare = discounts(ASSAM, promotions=Promotions(**half_off, off_order=(too_much,)))

    assert [each.promotion_id for each in goods.applied] == [3, 4]
    assert [each.promotion_id for each in bare.applied] == [3]


def test_the_minimum_of_a_promotion_off_lines_compares_with_the_full_prices():
    enough, too_much = off_lines((3, 50), min_total=Decimal(780)), off_lines((3, 50), min_total=Decimal(781))

    assert discounts(ASSAM, promotions=enough).total == Decimal("390.00")
    assert discounts(ASSAM, promotions=too_much).total == Decimal("0.00")


def test_an_automatic_promotion_makes_delivery_free_and_the_coupon_is_not_used():
    promotions = Promotions(off_delivery=(terms(5, kind="free_delivery", value=Decimal(0)),))

    _goods, delivery, found = outcome(
        ASSAM,
        promotions=promotions,
        coupon=coupon(kind="free_delivery", value=Decimal(0)),
        delivery_price=Decimal(350),
    )

    assert delivery == AppliedDiscount(5, "automatic", "", "P5", "delivery", Decimal(350), {})
    assert (found.refusal, found.is_applied) == (None, False)
    assert [notice["reason"] for notice in found.notices] == ["better_discount"]


def test_a_coupon_for_free_delivery():
    goods, delivery, found = outcome(
        ASSAM, coupon=coupon(kind="free_delivery", value=Decimal(0)), delivery_price=Decimal(350)
    )

    assert goods.applied == []
    assert delivery == AppliedDiscount(50, "coupon", "TEA10", "P50", "delivery", Decimal(350), {})
    assert found == CouponOutcome(None, is_applied=True, notices=[])


FREE_DELIVERY = {"kind": "free_delivery", "value": Decimal(0)}
REFUSALS = [
    ({"ends_at": NOW}, None, ("not_valid", None)),
    ({"starts_at": NOW + SECOND}, None, ("not_yet", None)),
    ({"min_total": Decimal("880.01")}, None, ("below_minimum", "880.01")),
    ({"min_total": Decimal("880.00")}, None, None),
    ({"products": [7]}, None, ("nothing_applies", None)),
    ({"value": Decimal("0.0001")}, None, ("nothing_applies", None)),
    (FREE_DELIVERY, None, ("nothing_applies", None)),
    (FREE_DELIVERY, Decimal(0), ("nothing_applies", None)),
    ({**FREE_DELIVERY, "products": [7]}, Decimal(350), ("nothing_applies", None)),
    ({**FREE_DELIVERY, "products": [9]}, Decimal(350), None),
]


@pytest.mark.parametrize(("values", "delivery_price", "refusal"), REFUSALS)
def test_why_a_coupon_is_refused(values, delivery_price, refusal):
    assert refusal_of(ASSAM, CUP, coupon=coupon(**values), delivery_price=delivery_price) == refusal


@pytest.mark.parametrize("reason", [RefusalReason.NOT_VALID, RefusalReason.USED_UP])
def test_what_its_counters_say_comes_before_what_it_is_worth(reason):
    refused = coupon(refusal=reason, min_total=Decimal(9999))

    assert refusal_of(ASSAM, coupon=refused) == (reason.value, None)


def test_an_unknown_code_is_refused_whatever_else():
    assert refusal_of(ASSAM, coupon=Coupon("NOTHING")) == ("not_valid", None)


def test_a_refused_coupon_leaves_the_automatic_promotion():
    promotions = Promotions(off_order=(terms(4, value=Decimal(1)),))

    goods = discounts(ASSAM, promotions=promotions, coupon=coupon(refusal=RefusalReason.USED_UP))

    assert [each.promotion_id for each in goods.applied] == [4]


def test_a_coupon_on_top_of_a_line_that_costs_nothing_any_more():
    free = off_lines((3, 100))

    assert refusal_of(ASSAM, promotions=free, coupon=coupon()) == ("nothing_applies", None)


def test_names_are_in_the_language_of_the_moment():
    named = coupon(name_ru="Чай", name_en="Tea")
    with translation.override("en"):
        (english,) = discounts(ASSAM, coupon=named).applied
    with translation.override("ru"):
        (russian,) = discounts(ASSAM, coupon=named).applied

    assert (english.name, russian.name) == ("Tea", "Чай")
