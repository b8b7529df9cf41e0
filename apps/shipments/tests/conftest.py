"""Fixtures for the tests of shipments: the carrier's address and its answers, and an order for it."""

from collections.abc import Iterator

import pytest
import responses

from apps.orders.models import Order
from apps.orders.tests.factories import make_order_in
from apps.shipments.tests.announcements import URL
from apps.users.models import User


@pytest.fixture
def carrier_address(settings) -> None:
    settings.SHIPPING_API_URL = URL
    settings.SHIPPING_API_KEY = ""


@pytest.fixture
def carrier_http() -> Iterator[responses.RequestsMock]:
    """Answer in the carrier's place; a test says what."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as http:
        yield http


@pytest.fixture
def shipped(customer: User, staff: User) -> Order:
    """Return an order that the carrier is to hear of."""
    return make_order_in("shipped", customer, moved_by=staff)
