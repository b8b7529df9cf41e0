"""What the tests of exports share."""

import pytest
from django.test import Client

from apps.exports.models import Export
from apps.exports.services import order_export


@pytest.fixture
def browser(client, staff) -> Client:
    """Return the browser of a superuser."""
    client.force_login(staff)
    return client


@pytest.fixture
def export(staff) -> Export:
    """Return an ordered export of all products."""
    return order_export(kind="products", query="", has_mark=False, listed=0, created_by=staff)
