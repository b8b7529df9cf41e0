"""What a coupon costs: statements of a quote, an order and a cancelling."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.promotions.models import Redemption
from apps.promotions.services import find_coupon, release, settle_coupon, take_coupon
from apps.promotions.tests.factories import make_code, make_promotion
from apps.promotions.tests.test_limits_at_once import never, place
from apps.store.models import ConfigVersion
from apps.users.erasure import erase
from apps.users.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

# Statements of finding, taking, settling, and releasing a coupon.
COSTS = [
    ({}, {}, (1, 1, 1, 2)),
    ({"usage_limit": 5}, {}, (1, 2, 1, 3)),
    ({"usage_limit": 5}, {"usage_limit": 5}, (1, 3, 1, 3)),
    ({"usage_limit": 5, "per_customer_limit": 5}, {}, (2, 3, 1, 3)),
]


@pytest.mark.parametrize(("of_promotion", "of_code", "costs"), COSTS)
def test_coupon_costs_no_more_statements_than_its_limits_need(
    customer: User, of_promotion: dict[str, int], of_code: dict[str, int], costs: tuple[int, ...]
):
    code = make_code(make_promotion(**of_promotion), **of_code).code

    def counted(act: Callable[[], Any]) -> tuple[int, Any]:
        with CaptureQueriesContext(connection) as asked:
            result = act()
        return len(asked), result

    with transaction.atomic():
        found, _coupon = counted(lambda: find_coupon(code, customer, has_ordered=never))
        taken, coupon = counted(lambda: take_coupon(code, customer, has_ordered=never))
        settled, _ = counted(lambda: settle_coupon(coupon, order_id=1, user=customer, is_applied=True))
        released, _ = counted(lambda: release(1))

    assert (found, taken, settled, released) == costs


def test_uses_are_no_edit_of_the_configuration(customer: User):
    code = make_code(make_promotion(usage_limit=5), usage_limit=5)
    before = ConfigVersion.objects.get().version

    place(code.code, customer, order_id=1)
    release(1)

    assert ConfigVersion.objects.get().version == before


def test_of_an_erased_customer_the_use_stays_and_the_digest_goes(customer: User, other_customer: User):
    code = make_code(make_promotion(per_customer_limit=1))
    for user in (customer, other_customer):
        place(code.code, user)
    assert all(Redemption.objects.values_list("email_hash", flat=True))

    with transaction.atomic():
        erase(customer)

    hashes = dict(Redemption.objects.values_list("user", "email_hash"))
    assert hashes[customer.pk] == ""
    assert len(hashes[other_customer.pk]) == 64


def test_customer_with_the_address_of_a_former_account_is_known(customer: User, other_customer: User):
    code = make_code(make_promotion(per_customer_limit=1))
    place(code.code, customer)
    address = customer.email
    User.objects.filter(pk=customer.pk).update(email="", email_key=None)
    other_customer.email = address.upper()

    assert find_coupon(code.code, other_customer, has_ordered=never).refusal == "used_up"
