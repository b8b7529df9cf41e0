"""Throttling of coupons: whoever gives too many wrong codes has to wait, so that none is found by guessing.

They are counted by `THROTTLE_COUPON`, as all rate limits are (`core/rate_limits.py`): `who` is the id of the
user, or the address of somebody who is not signed in.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from apps.core.exceptions import DomainError, TooManyRequests
from apps.core.rate_limits import consume, rate_limit_of
from apps.promotions.exceptions import CouponInvalid, RefusalReason

COUPON = "coupon"  # name of the rate limit


@contextmanager
def counting_wrong_codes(who: object) -> Iterator[None]:
    """Let an order with a coupon be placed or quoted, and count a code that is refused as `not_valid`.

    Raises TooManyRequests before anything is looked up when too many were wrong: else the right one would be
    told by its answer.
    """
    rate_limit = rate_limit_of(COUPON, who)
    if rate_limit and rate_limit.is_exceeded:
        raise TooManyRequests(rate_limit.wait_seconds)
    try:
        yield
    except CouponInvalid as refusal:
        count_wrong_codes(who, [refusal])
        raise


def count_wrong_codes(who: object, problems: Iterable[DomainError]) -> None:
    """Count the problem of a quote that says that its code is wrong. Raises TooManyRequests."""
    for problem in problems:
        if isinstance(problem, CouponInvalid) and problem.reason == RefusalReason.NOT_VALID:
            consume(COUPON, who)
