"""Whatever staff send is answered as the schema says, by the links of an order, too."""

import pytest
from django.contrib.auth.models import Permission

from apps.orders.api.links import ORDER_LINKS
from apps.payments.api.links import PAYMENT_LINKS

pytest.importorskip("schemathesis", reason="needs schemathesis: requirements-dev.txt")

from tests.support.fuzzing import fuzz, fuzz_orders, shop

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True, reset_sequences=True)]

__all__ = ["shop"]


def test_requests_of_a_superuser_are_answered_as_described(shop, staff):
    fuzz("examples", "coverage", "fuzzing", username=staff.username).assert_faultless("superuser")


def test_requests_of_a_clerk_of_the_catalogue_are_answered_as_described(shop, make_user):
    clerk = make_user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(content_type__app_label="catalog"))

    fuzz("examples", "fuzzing", username=clerk.username).assert_faultless("clerk")


def test_links_of_orders_lead_nowhere_but_to_what_is_described(shop, staff):
    """Which of them a run follows is left to chance: test_order_links.py follows each."""
    outcome = fuzz_orders(username=staff.username)

    outcome.assert_faultless("lives of orders")
    assert {name for name, _status in outcome.links} <= ORDER_LINKS.keys() | PAYMENT_LINKS.keys()
    assert 200 in {status for _name, status in outcome.links}
