"""Coupons of orders: an order takes the use of its coupon, and gives it back when it is cancelled."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from apps.promotions.exceptions import RefusalReason
from apps.promotions.models import (
    Promotion,
    PromotionCode,
    PromotionCodeQuerySet,
    PromotionQuerySet,
    Redemption,
    RedemptionQuerySet,
    code_as_kept,
    email_hash,
)
from apps.promotions.terms import Coupon, terms_of
from apps.users.models import User

_UNLESS_LIMITED = "(SELECT id FROM promotions_promotioncode WHERE id = %s AND usage_limit IS NULL)"
_UNLESS_ERASED = "COALESCE((SELECT %s FROM users_user WHERE id = %s AND erased_at IS NULL), '')"


def find_coupon(code: str, user: User, *, has_ordered: Callable[[], bool]) -> Coupon:
    """Return the code's coupon as it is now, for a quote: nothing is counted or locked.

    `has_ordered` tells whether the user has an order that was not cancelled. An unknown code is a coupon,
    too: it is refused once the order's other problems are known.
    """
    coupon = _looked_up(code)
    row = coupon.row
    if row is None:
        return coupon
    if _is_used_up(row.promotion) or _is_used_up(row):
        return replace(coupon, refusal=RefusalReason.USED_UP)
    return replace(coupon, refusal=_refusal_for(user, row.promotion, has_ordered))


@transaction.atomic(savepoint=False)  # the order goes with it
def take_coupon(code: str, user: User, *, has_ordered: Callable[[], bool]) -> Coupon:
    """Return the code's coupon; a limited one is counted, and its promotion locked until the order is there.

    To be called before products are locked. A refused coupon leaves its counters to whoever raises the
    refusal: that takes back the whole transaction.
    """
    coupon = _looked_up(code)
    row = coupon.row
    if row is None or not row.is_limited:
        return coupon
    # The promotion, and only then its code: one order for all, and never both in one locking statement.
    if not _usable_promotions().filter(pk=row.promotion_id).count_uses(1):
        return replace(coupon, refusal=RefusalReason.USED_UP)
    if row.usage_limit is not None and not _usable_codes().filter(pk=row.pk).count_uses(1):
        return replace(coupon, refusal=RefusalReason.USED_UP)
    # Under the lock: the same customer's other order is there by now, or has not begun to count.
    refusal = _refusal_for(user, row.promotion, has_ordered)
    return replace(coupon, refusal=refusal, is_counted=True)


@transaction.atomic(savepoint=False)
def settle_coupon(coupon: Coupon, *, order_id: int, user: User, is_applied: bool) -> None:
    """Write down that the order uses the coupon; give its count back when something else was better."""
    row = coupon.row
    if row is None:
        return
    if is_applied:
        # Whoever gave the code a limit meanwhile has not counted this use: it does not go by the code then.
        is_uncounted_by_code = coupon.is_counted and row.usage_limit is None
        Redemption.objects.create(
            promotion_id=row.promotion_id,
            code_id=RawSQL(_UNLESS_LIMITED, [row.pk]) if is_uncounted_by_code else row.pk,
            order_id=order_id,
            user=user,
            # The user was read before: the account may be erased by now.
            email_hash=RawSQL(_UNLESS_ERASED, [email_hash(user.email), user.pk]),
            counted=coupon.is_counted,
        )
    elif coupon.is_counted:
        Promotion.objects.filter(pk=row.promotion_id).count_uses(-1)
        if row.usage_limit is not None:
            PromotionCode.objects.filter(pk=row.pk).count_uses(-1)


@transaction.atomic(savepoint=False)
def release(order_id: int) -> None:
    """Give the use of the coupon of an order that is cancelled back, once.

    To be called while the order is locked, and before products are.
    """
    redemption = Redemption.objects.unreleased().filter(order_id=order_id)
    is_released = _release_counted(redemption, order_id)
    if not is_released and not redemption.filter(counted=False).update(released_at=timezone.now()):
        _release_counted(redemption, order_id)  # whoever has set a limit meanwhile has counted it


def _release_counted(redemption: RedemptionQuerySet, order_id: int) -> bool:
    """Release a redemption that stands in the counters; tell whether it does."""
    counted = redemption.filter(counted=True)
    # First, because it locks the promotion.
    if not Promotion.objects.filter(pk__in=counted.values("promotion")).count_uses(-1):
        return False
    counted.update(released_at=timezone.now())
    PromotionCode.objects.filter(redemptions__order_id=order_id).limited().count_uses(-1)
    return True


def _looked_up(code: str) -> Coupon:
    kept = code_as_kept(code)
    for row in _valid_codes().filter(code=kept):  # one at most, and no `first`: plans with LIMIT are not kept
        return Coupon(kept, row, terms_of(row.promotion, row))
    return Coupon(kept)


# Kept: to put them together takes as long as to ask them.
@cache
def _valid_codes() -> QuerySet[PromotionCode]:
    return PromotionCode.objects.valid().with_promotion().order_by()


@cache
def _usable_promotions() -> PromotionQuerySet:
    return Promotion.objects.usable()


@cache
def _usable_codes() -> PromotionCodeQuerySet:
    return PromotionCode.objects.usable()


def _is_used_up(row: Promotion | PromotionCode) -> bool:
    return row.usage_limit is not None and row.used >= row.usage_limit


def _refusal_for(user: User, promotion: Promotion, has_ordered: Callable[[], bool]) -> RefusalReason | None:
    """Return what the customer's own past says against the promotion."""
    if promotion.first_order_only and has_ordered():
        return RefusalReason.NOT_VALID
    limit = promotion.per_customer_limit
    if limit is not None:
        uses = Redemption.objects.unreleased().filter(promotion=promotion).by_customer(user).count()
        return RefusalReason.USED_UP if uses >= limit else None
    return None
