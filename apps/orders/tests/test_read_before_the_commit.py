"""What a changed order shows is read before the commit: a failed query never calls a made change refused."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.orders.tests.full_orders import make_full_order, open_full_shop
from apps.users.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/api/v1/orders/{}/", {"status": "processing"}),
        ("/api/v1/orders/{}/", {"status": "cancelled"}),
        ("/api/v1/admin/orders/{}/", {"staff_note": "Call first"}),
    ],
    ids=["status", "cancellation", "note"],
)
def test_changed_order_with_all_its_parts_is_read_in_the_transaction(
    staff_api: APIClient, make_user: Callable[..., User], settings: Any, address: str, body: dict[str, str]
):
    open_full_shop(settings)
    order = make_full_order(make_user())

    with CaptureQueriesContext(connection) as queries:
        response = staff_api.patch(address.format(order.pk), body)

    statements = [query["sql"] for query in queries]
    after = statements[statements.index("COMMIT") :]
    assert response.status_code == 200
    assert len(response.json()["discounts"]) == 1
    assert response.json()["shipping_address"]["name"] == "Анна Смирнова"
    assert [sql for sql in after if "orders_" in sql] == []
