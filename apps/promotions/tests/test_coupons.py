"""Coupons: found in any spelling, taken by an order, settled, given back when it is cancelled."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from apps.catalog.tests.factories import make_category, make_product
from apps.promotions.models import Promotion, PromotionCode, Redemption
from apps.promotions.services import find_coupon, release, settle_coupon, take_coupon
from apps.promotions.terms import Coupon
from apps.promotions.tests.factories import make_code, make_promotion
from apps.users.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def never() -> bool:
    return False


def place(
    code: str, user: User, order_id: int, *, is_applied: bool = True, has_ordered: Any = never
) -> Coupon:
    """Do what placing an order does with its coupon; a refused one leaves nothing."""
    with transaction.atomic():
        coupon = take_coupon(code, user, has_ordered=has_ordered)
        if coupon.row is None or coupon.refusal:
            transaction.set_rollback(True)
            return coupon
        settle_coupon(coupon, order_id=order_id, user=user, is_applied=is_applied)
    return coupon


@pytest.mark.parametrize("typed", ["чай10", " Чай10 ", "ЧАЙ10", "ча\u0438\u030610", "ЧА\u0418\u030610"])
def test_a_code_is_found_in_any_spelling(customer, typed):
    make_code(code="чай10")

    coupon = find_coupon(typed, customer, has_ordered=never)

    assert (coupon.code, coupon.refusal) == ("ЧАЙ10", None)
    assert coupon.terms


def test_the_terms_hold_products_and_categories(customer, django_assert_num_queries):
    category, products = make_category(), [make_product(), make_product()]
    make_code(make_promotion(products=products, categories=[category]), code="TEA")

    with django_assert_num_queries(1):
        coupon = find_coupon("tea", customer, has_ordered=never)

    assert coupon.terms
    assert coupon.terms.product_ids == {product.pk for product in products}
    assert coupon.terms.category_ids == {category.pk}
    assert coupon.terms.promotion.value == Decimal("10.00")


def test_a_limited_coupon_is_counted_and_given_back_once(customer):
    code = make_code(make_promotion(usage_limit=2), usage_limit=1)

    place(code.code, customer, 1)
    assert (Promotion.objects.get().used, PromotionCode.objects.get().used) == (1, 1)

    release(1)
    release(1)

    assert (Promotion.objects.get().used, PromotionCode.objects.get().used) == (0, 0)
    assert Redemption.objects.get().released_at
