"""An app that syncs asks only for the orders that changed since it last asked."""

from datetime import UTC, datetime

import pytest
import time_machine

from apps.core.tests.answers import on_the_wire
from apps.orders.tests.factories import make_order, moved

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY, MARCH = (datetime(2026, month, 1, 12, tzinfo=UTC) for month in (1, 2, 3))
LISTS = pytest.mark.parametrize("url", ["/api/v1/orders/", "/api/v1/admin/orders/"])


@pytest.fixture
def orders(staff):
    """Return an order left as it was placed in January, and a later one that was moved in March."""
    with time_machine.travel(JANUARY, tick=False):
        untouched = make_order(staff)
    with time_machine.travel(FEBRUARY, tick=False):
        order = make_order(staff)
    with time_machine.travel(MARCH, tick=False):
        return untouched, moved(order, "processing", by=staff)


@LISTS
@pytest.mark.parametrize(
    ("since", "shown"),
    [
        (on_the_wire(JANUARY), 2),
        ("2026-01-01T12:00:00.000001Z", 1),
        (on_the_wire(MARCH), 1),
        ("2026-03-01T12:00:00.000001Z", 0),
        ("", 2),
    ],
)
def test_moment_itself_is_taken_in_and_a_move_counts_as_a_change(staff_api, orders, url, since, shown):
    response = staff_api.get(url, {"updated_since": since})

    newest_first = [order.pk for order in reversed(orders)]
    assert [row["id"] for row in response.json()["results"]] == newest_first[:shown]


@LISTS
def test_what_is_no_moment_is_refused(staff_api, url):
    response = staff_api.get(url, {"updated_since": "yesterday"})

    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == "updated_since"


@LISTS
@pytest.mark.parametrize("cursor", ["", "&cursor="])
def test_orders_come_by_their_last_change(staff_api, staff, orders, url, cursor):
    untouched, moved_in_march = (order.pk for order in orders)
    with time_machine.travel(FEBRUARY, tick=False):
        at_the_same_time = [make_order(staff).pk for _order in range(2)]

    by_change = {
        ordering: [row["id"] for row in staff_api.get(f"{url}?ordering={ordering}{cursor}").json()["results"]]
        for ordering in ("updated_at", "-updated_at")
    }

    assert by_change == {
        "updated_at": [untouched, *at_the_same_time, moved_in_march],
        "-updated_at": [moved_in_march, *at_the_same_time, untouched],
    }
