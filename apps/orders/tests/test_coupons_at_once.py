"""Coupons with many customers at once: never one discount too many, and every use is given back once."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.core.tests.threads import at_once, rounds
from apps.orders.models import Cancellation, Order, OrderDiscount
from apps.orders.order_reconciliation import order_differences
from apps.orders.stock_reconciliation import stock_differences
from apps.orders.tests.checkout_shop import make_coupon
from apps.promotions.models import Promotion, PromotionCode, Redemption
from apps.users.models import User
from conftest import signed_in

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]

ORDERS = "/api/v1/orders/"
HANDS, EACH = 20, 5


@pytest.fixture
def tea() -> Product:
    return make_product(price="100.00", stock=10_000)


def body(tea: Product, coupon: str) -> dict[str, Any]:
    return {"items": [{"product_id": tea.pk, "quantity": 1}], "coupon": coupon}


def uses() -> tuple[int, int, int]:
    """Return the uses that the promotion and its code count, and those that are not given back."""
    code = PromotionCode.objects.select_related("promotion").get()
    return code.promotion.used, code.used, Redemption.objects.unreleased().count()


def assert_all_adds_up() -> None:
    assert list(order_differences()) == []
    assert list(stock_differences()) == []


@pytest.mark.parametrize(
    "limits",
    [
        {"usage_limit": 10},
        {"limit": 10},
        pytest.param({"usage_limit": 10, "limit": 10}, marks=pytest.mark.long),
    ],
)
def test_a_limit_of_ten_gives_ten_of_a_hundred_orders_a_discount(
    make_user: Callable[..., User], tea: Product, limits: dict[str, int]
):
    code = make_coupon(**limits)
    clients = [signed_in(make_user()) for _hand in range(HANDS)]

    def order(hand: int) -> list[tuple[int, str | None, str | None]]:
        answers = [clients[hand].post(ORDERS, body(tea, "TEA10")) for _order in range(EACH)]
        told = [(answer.status_code, answer.json()) for answer in answers]
        return [(status, json.get("reason"), json.get("discount_total")) for status, json in told]

    outcomes = Counter(outcome for each in at_once(HANDS, order) for outcome in each)

    assert outcomes == {(201, None, "10.00"): 10, (400, "used_up", None): HANDS * EACH - 10}
    assert (Order.objects.count(), OrderDiscount.objects.count(), Redemption.objects.count()) == (10, 10, 10)
    code.refresh_from_db()
    assert code.promotion.used == 10
    assert code.used == (10 if "limit" in limits else 0)
    tea.refresh_from_db()
    assert tea.stock == 10_000 - 10
    assert_all_adds_up()


def test_of_two_codes_of_one_promotion_with_a_limit_of_one_one_gives_a_discount(
    customer_api: APIClient, other_customer_api: APIClient, tea: Product
):
    clients = (customer_api, other_customer_api)
    for number in rounds(5):
        first = make_coupon(f"ONE{number}", usage_limit=1)
        second = PromotionCode.objects.create(promotion=first.promotion, code=f"TWO{number}", usage_limit=7)

        answers = at_once(
            2, lambda hand, codes=(first, second): clients[hand].post(ORDERS, body(tea, codes[hand].code))
        )

        assert sorted(answer.status_code for answer in answers) == [201, 400]
        (refused,) = (answer.json() for answer in answers if answer.status_code == 400)
        assert (refused["code"], refused["reason"]) == ("coupon_invalid", "used_up")
        assert Promotion.objects.get(pk=first.promotion_id).used == 1
    assert_all_adds_up()


def test_of_two_cancellations_one_gives_the_use_back(
    customer_api: APIClient, staff_api: APIClient, tea: Product
):
    make_coupon(usage_limit=10, limit=10)
    customer_api.post(ORDERS, body(tea, "TEA10"))
    clients = (customer_api, staff_api)
    for _round in rounds(5):
        order = customer_api.post(ORDERS, body(tea, "TEA10")).json()
        assert uses() == (2, 2, 2)

        answers = at_once(
            2,
            lambda hand, pk=order["id"]: clients[hand].patch(f"{ORDERS}{pk}/", {"status": "cancelled"}),
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert uses() == (1, 1, 1)
        assert Cancellation.objects.filter(order=order["id"]).count() == 1
    assert_all_adds_up()


def test_orders_with_a_coupon_are_placed_while_others_are_cancelled(
    customer_api: APIClient, other_customer_api: APIClient, tea: Product
):
    make_coupon(usage_limit=10, limit=10)
    outcomes: Counter[int] = Counter()
    kept = None
    for _round in rounds(6):
        for _time in range(4):  # 200 in the long run

            def work(hand: int, pk: int | None = kept) -> int | None:
                if hand and pk:
                    answer = customer_api.patch(f"{ORDERS}{pk}/", {"status": "cancelled"})
                    outcomes[answer.status_code] += 1
                    return None
                answer = (other_customer_api if hand else customer_api).post(ORDERS, body(tea, "TEA10"))
                outcomes[answer.status_code] += 1
                return None if hand else answer.json()["id"]

            kept = at_once(2, work)[0]

    assert outcomes.keys() == {200, 201}
    assert uses() == (2, 2, 2)  # the one of the other customer, and the last
    assert_all_adds_up()
