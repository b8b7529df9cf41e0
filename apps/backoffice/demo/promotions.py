"""Demo promotion: ten percent off, by a code that can be typed in either alphabet."""

from decimal import Decimal

from apps.promotions.models import Promotion, PromotionCode

CODES = ("ЧАЙ10", "TEA10")


def load_promotion() -> str:
    """Make the promotion and its codes, which have no limit; return what was made, in words."""
    promotion = Promotion.objects.create(
        name_ru="10 % для любителей чая",
        name_en="10 % off for tea lovers",
        kind="percent",
        value=Decimal(10),
        trigger="code",
    )
    for code in CODES:
        PromotionCode.objects.create(promotion=promotion, code=code)
    return f"a promotion of 10 % with the codes {' and '.join(CODES)}"
