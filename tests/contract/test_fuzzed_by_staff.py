"""Whatever staff send is answered as the schema says, and the links of an order lead through its life."""

import pytest
from django.contrib.auth.models import Permission

from apps.orders.api.links import ORDER_LINKS

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


def test_links_lead_an_order_through_its_life(shop, staff):
    outcome = fuzz_orders(username=staff.username)

    outcome.assert_faultless("lives of orders")
    assert {name for name, _status in outcome.links} == ORDER_LINKS.keys()
    succeeded = {name for name, status in outcome.links if status == 200}
    assert succeeded >= {"getOrder", "listOrderJobs", "getInvoice", "processOrder", "cancelOrder"}
