"""Of the address of an erased customer not even the digest stays, nor comes back with an order under way."""

import pytest

from apps.promotions.models import Redemption
from apps.promotions.services import settle_coupon, take_coupon
from apps.promotions.tests.factories import make_code, make_promotion
from apps.users.erasure import erase
from apps.users.models import User

pytestmark = pytest.mark.django_db


def test_order_that_was_under_way_brings_no_digest_back(customer: User):
    code = make_code(make_promotion(per_customer_limit=1, trigger="code")).code
    stale = User.objects.get(pk=customer.pk)
    erase(customer)

    coupon = take_coupon(code, stale, has_ordered=lambda: False)
    settle_coupon(coupon, order_id=1, user=stale, is_applied=True)

    assert Redemption.objects.get().email_hash == ""


def test_digest_of_a_present_customer_is_kept(customer: User):
    code = make_code(make_promotion(per_customer_limit=1, trigger="code")).code

    coupon = take_coupon(code, customer, has_ordered=lambda: False)
    settle_coupon(coupon, order_id=1, user=customer, is_applied=True)

    assert len(Redemption.objects.get().email_hash) == 64
