"""What the apps above orders have registered is called with each change of a status, in its transaction."""

import pytest

from apps.orders import transition_registry
from apps.orders.models import Order
from apps.orders.services import change_status, move_by_store
from apps.orders.statuses import OrderStatus
from apps.orders.tests.factories import make_order, moved
from apps.orders.transition_registry import on_transition

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


@pytest.fixture
def called(monkeypatch):
    """Register a function for the test alone; return what it was called with."""
    monkeypatch.setattr(transition_registry, "_functions", [])
    calls = []
    on_transition(lambda order, from_status: calls.append((order.pk, from_status, order.status)))
    return calls


def test_function_is_called_with_each_change(called, customer, staff):
    order = moved(make_order(customer), "processing", "shipped", by=staff)

    assert called == [(order.pk, "pending", "processing"), (order.pk, "processing", "shipped")]


def test_function_is_called_when_the_store_itself_moves_an_order(called, customer):
    order = make_order(customer)
    move_by_store(order, OrderStatus.CANCELLED)

    assert called == [(order.pk, "pending", "cancelled")]


def test_function_that_fails_leaves_the_order_as_it_was(called, customer, staff):
    order = make_order(customer)

    @on_transition
    def fail(order: Order, from_status: str) -> None:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        change_status(order_id=order.pk, new_status=OrderStatus.PROCESSING, changed_by=staff)
    order.refresh_from_db()
    assert order.status == "pending"
    assert order.status_changes.filter(from_status="pending").count() == 0
