"""Services of promotions: what orders do with coupons, and what staff do with promotions and codes."""

from apps.promotions.erasure import forget_email_hashes
from apps.promotions.services.codes import create_code, delete_code, draw_codes, lock_codes, update_code
from apps.promotions.services.coupon_uses import (
    find_coupon,
    release,
    settle_coupon,
    take_coupon,
)
from apps.promotions.services.limit_changes import refuse_limit_below_uses
from apps.promotions.services.promotions import create_promotion, delete_promotion, update_promotion

__all__ = [
    "create_code",
    "create_promotion",
    "delete_code",
    "delete_promotion",
    "draw_codes",
    "find_coupon",
    "forget_email_hashes",
    "lock_codes",
    "refuse_limit_below_uses",
    "release",
    "settle_coupon",
    "take_coupon",
    "update_code",
    "update_promotion",
]
