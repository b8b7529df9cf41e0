"""Promotions and codes for tests, with only what matters to a test to be named in it."""

from itertools import count
from typing import Any

from apps.promotions.models import Promotion, PromotionCode, Redemption
from apps.users.models import User

_numbers = count(1)


def make_promotion(*, products: Any = (), categories: Any = (), **values: Any) -> Promotion:
    """Make a promotion by code, 10 % off the order, unless other values are given."""
    defaults = {"name_ru": "Скидка", "name_en": "Discount", "kind": "percent", "trigger": "code"}
    if values.get("kind") != "free_delivery":
        defaults["value"] = "10.00"
    promotion = Promotion.objects.create(**{**defaults, **values})
    promotion.products.set(products)
    promotion.categories.set(categories)
    return promotion


def make_code(promotion: Promotion | None = None, **values: Any) -> PromotionCode:
    """Make a code; of a new promotion unless one is given."""
    code = {"code": f"CODE{next(_numbers)}", **values}
    return PromotionCode.objects.create(promotion=promotion or make_promotion(), **code)


def make_redemption(user: User, code: PromotionCode | None = None, **values: Any) -> Redemption:
    """Make the use of a code by an order."""
    code = code or make_code()
    defaults = {"order_id": next(_numbers), "user": user, "counted": code.is_limited}
    return Redemption.objects.create(promotion=code.promotion, code=code, **{**defaults, **values})
