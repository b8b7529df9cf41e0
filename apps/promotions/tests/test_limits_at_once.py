"""Limits of coupons with many hands at once: never one use too many, none lost, no deadlock."""

from collections import Counter
from collections.abc import Callable
from itertools import count
from threading import Lock
from typing import Any

import pytest
from django.db import transaction

from apps.core.tests.threads import at_once, rounds
from apps.promotions.models import Promotion, PromotionCode, Redemption
from apps.promotions.services import release, settle_coupon, take_coupon
from apps.promotions.tests.factories import make_code, make_promotion
from apps.users.models import User

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]

HANDS = 20
ORDERS = 100  # of as many hands as there are
_order_ids = count(1)
_orders = [Lock() for _order in range(16)]


class Refused(Exception):
    """What takes a placing back."""


def never() -> bool:
    return False


def place(code: str, user: User, *, order_id: int = 0, is_applied: bool = True, **more: Any) -> str:
    """Do what placing an order does with its coupon, and return what came of it."""
    try:
        with transaction.atomic():
            coupon = take_coupon(code, user, **{"has_ordered": never, **more})
            if coupon.row is None or coupon.refusal:
                raise Refused(str(coupon.refusal or "unknown"))
            settle_coupon(coupon, order_id=order_id or next(_order_ids), user=user, is_applied=is_applied)
    except Refused as refusal:
        return str(refusal)
    return "placed"


def cancel(order_id: int) -> None:
    """Do what cancelling an order does with its coupon, while the order is locked."""
    with _orders[order_id % len(_orders)]:
        release(order_id)


def many(place_one: Callable[[int], str]) -> Counter[str]:
    """Place as many orders as `ORDERS`, each of the hands its share, all at the same time."""
    outcomes: Counter[str] = Counter()
    for found in at_once(HANDS, lambda hand: [place_one(hand) for _order in range(ORDERS // HANDS)]):
        outcomes.update(found)
    return outcomes


def assert_counters_are_right() -> None:
    for promotion in Promotion.objects.all():
        counted = Redemption.objects.unreleased().filter(promotion=promotion, counted=True)
        assert promotion.used == counted.count()
    for code in PromotionCode.objects.exclude(usage_limit=None):
        counted = Redemption.objects.unreleased().filter(code=code, counted=True)
        assert code.used == counted.count()


def test_a_limit_of_ten_gives_ten(customer: User):
    code = make_code(make_promotion(usage_limit=10))

    outcomes = many(lambda _hand: place(code.code, customer))

    assert outcomes == {"placed": 10, "used_up": ORDERS - 10}
    assert Promotion.objects.get().used == Redemption.objects.count() == 10


def test_two_codes_of_one_promotion_share_its_limit(customer: User):
    for _round in range(10):
        promotion = make_promotion(usage_limit=1)
        codes = [make_code(promotion).code, make_code(promotion, usage_limit=5).code]

        outcomes = at_once(2, lambda hand, codes=codes: place(codes[hand], customer))

        assert sorted(outcomes) == ["placed", "used_up"]
        assert Redemption.objects.filter(promotion=promotion).count() == 1
    assert_counters_are_right()


def test_a_code_that_can_be_used_once_is_used_once(customer: User):
    for _round in range(10):
        code = make_code(usage_limit=1)

        outcomes = at_once(4, lambda _hand, code=code: place(code.code, customer))

        assert Counter(outcomes) == {"placed": 1, "used_up": 3}
    assert_counters_are_right()


def test_each_customer_gets_as_many_uses_as_the_limit_says(make_user: Callable[..., User]):
    code, customers = make_code(make_promotion(per_customer_limit=2)), [make_user() for _user in range(4)]

    outcomes = many(lambda hand: place(code.code, customers[hand % 4]))

    assert outcomes == {"placed": 8, "used_up": ORDERS - 8}
    assert Counter(Redemption.objects.values_list("user", flat=True)) == {user.pk: 2 for user in customers}
    assert Promotion.objects.get().used == 8


def test_one_of_two_first_orders_gets_the_discount(customer: User):
    for _round in range(10):
        promotion = make_promotion(first_order_only=True)
        code = make_code(promotion).code
        has_ordered = Redemption.objects.filter(promotion=promotion).exists

        outcomes = at_once(
            2, lambda _hand, code=code, asked=has_ordered: place(code, customer, has_ordered=asked)
        )

        assert sorted(outcomes) == ["not_valid", "placed"]


def test_a_coupon_that_loses_gives_its_use_back(customer: User):
    code = make_code(make_promotion(usage_limit=HANDS), usage_limit=HANDS)

    outcomes = many(lambda hand: place(code.code, customer, is_applied=hand == 0))

    assert outcomes == {"placed": ORDERS}
    assert Redemption.objects.count() == ORDERS // HANDS
    assert_counters_are_right()


def test_orders_are_placed_and_cancelled_at_once(customer: User):
    promotion = make_promotion(usage_limit=3, per_customer_limit=1000)
    codes = [make_code(promotion, usage_limit=2).code, make_code(promotion).code]
    placed: list[int] = []

    def work(hand: int) -> str:
        if hand % 2 and placed:
            cancel(placed[-1])
            return "released"
        order_id = next(_order_ids)
        outcome = place(codes[hand // 2 % 2], customer, order_id=order_id)
        if outcome == "placed":
            placed.append(order_id)
        return outcome

    outcomes: Counter[str] = Counter()
    for _round in rounds(60):
        outcomes.update(at_once(4, work))
        assert_counters_are_right()

    assert set(outcomes) == {"placed", "used_up", "released"}
    for order_id in placed:
        release(order_id)
    assert set(Promotion.objects.values_list("used", flat=True)) == {0}
    assert set(PromotionCode.objects.exclude(usage_limit=None).values_list("used", flat=True)) == {0}


def test_a_use_is_given_back_once(customer: User):
    for _round in range(10):
        code = make_code(make_promotion(usage_limit=5), usage_limit=5)
        order_id = next(_order_ids)
        place(code.code, customer)
        place(code.code, customer, order_id=order_id)

        at_once(4, lambda _hand, order_id=order_id: cancel(order_id))

        code.refresh_from_db()
        assert (code.used, code.promotion.used) == (1, 1)
