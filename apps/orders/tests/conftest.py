"""Fixtures for the tests of orders: the admin, and a few orders in it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from apps.catalog.tests.factories import make_product
from apps.orders.models import Order
from apps.orders.tests.factories import make_order_in
from apps.users.models import User

JANUARY, FEBRUARY = (datetime(2026, month, 1, 12, tzinfo=UTC) for month in (1, 2))


@pytest.fixture
def office(client: Client, staff: User) -> Client:
    """Return the browser of a member of staff who reads English."""
    client.force_login(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def orders(make_user: Callable[..., User], staff: User) -> dict[str, Order]:
    """Return three orders by name: tea and cups for Anna, a lamp for Boris."""
    anna = make_user(username="anna", email="anna@tea.example")
    boris = make_user(username="boris", email="boris@lamp.example")
    made = {}
    for name, status, moment, buyer in [
        ("tea", "pending", JANUARY, anna),
        ("lamp", "processing", JANUARY, boris),
        ("cups", "cancelled", FEBRUARY, anna),
    ]:
        product = make_product(name=f"Good {name}", sku=f"{name}-sku", price="12.50", stock=10)
        with time_machine.travel(moment, tick=False):
            made[name] = make_order_in(status, buyer, {product: 2}, moved_by=staff)
    return made
