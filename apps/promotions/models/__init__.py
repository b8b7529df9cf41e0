"""Models of promotions: what they are worth and when, their codes, and each use of one."""

from apps.promotions.models.codes import MAX_CODE_LENGTH, PromotionCode, PromotionCodeQuerySet, code_as_kept
from apps.promotions.models.promotions import (
    MAX_PRODUCTS,
    Promotion,
    PromotionKind,
    PromotionQuerySet,
    PromotionScope,
    PromotionTrigger,
)
from apps.promotions.models.redemptions import Redemption, RedemptionQuerySet, email_hash

__all__ = [
    "MAX_CODE_LENGTH",
    "MAX_PRODUCTS",
    "Promotion",
    "PromotionCode",
    "PromotionCodeQuerySet",
    "PromotionKind",
    "PromotionQuerySet",
    "PromotionScope",
    "PromotionTrigger",
    "Redemption",
    "RedemptionQuerySet",
    "code_as_kept",
    "email_hash",
]
