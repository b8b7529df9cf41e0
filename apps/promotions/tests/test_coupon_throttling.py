"""Wrong codes are counted by `THROTTLE_COUPON`: nobody finds one by guessing."""

from itertools import count

import pytest

from apps.core.exceptions import TooManyRequests
from apps.promotions.coupon_throttling import count_wrong_codes, counting_wrong_codes
from apps.promotions.exceptions import CouponInvalid, RefusalReason
from online_store.env import Rate

pytestmark = pytest.mark.embedded

_users = count(1)
WRONG = CouponInvalid(RefusalReason.NOT_VALID)


@pytest.fixture
def three_an_hour(settings):
    settings.THROTTLES = {**dict.fromkeys(settings.THROTTLES), "coupon": Rate(3, 3600)}


@pytest.fixture
def who() -> int:
    """Return somebody who has not given a code yet: counters outlive a test."""
    return next(_users)


def order(who: object, refusal: CouponInvalid | None = None) -> str:
    try:
        with counting_wrong_codes(who):
            if refusal:
                raise refusal
    except (CouponInvalid, TooManyRequests) as problem:
        return problem.code
    return "placed"


@pytest.mark.usefixtures("three_an_hour")
def test_after_three_wrong_codes_no_code_is_looked_up(who: int):
    answers = [order(who, WRONG) for _guess in range(4)]

    assert answers == ["coupon_invalid"] * 3 + ["too_many_requests"]
    assert order(who) == "too_many_requests"
    assert (order(next(_users)), order("192.0.2.7")) == ("placed", "placed")


@pytest.mark.usefixtures("three_an_hour")
def test_codes_that_are_none_to_guess_are_not_counted(who: int):
    others = [reason for reason in RefusalReason if reason != RefusalReason.NOT_VALID]

    answers = {order(who, CouponInvalid(reason)) for reason in others for _time in range(2)}

    assert (answers, order(who)) == ({"coupon_invalid"}, "placed")


@pytest.mark.usefixtures("three_an_hour")
def test_wrong_codes_of_quotes_count_too(who: int):
    for _guess in range(3):
        count_wrong_codes(who, [WRONG, CouponInvalid(RefusalReason.USED_UP)])

    with pytest.raises(TooManyRequests) as refusal:
        count_wrong_codes(who, [WRONG])

    assert 0 < int(refusal.value.headers["Retry-After"]) <= 3600


def test_without_a_limit_nothing_is_counted(who: int):
    assert {order(who, WRONG) for _guess in range(40)} == {"coupon_invalid"}
