"""Two of the staff act on one order at the same moment: one wins, and the other is told who did."""

from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.core.tests.threads import at_once
from apps.orders.models import Order
from apps.orders.tests.factories import make_order
from apps.users.models import User

ROUNDS = 10

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_of_two_who_press_at_once_one_wins_and_the_other_is_told(
    customer: User, make_user: Callable[..., User]
):
    product = make_product(stock=100)
    names = ["packer", "canceller"]
    staff_clients = [
        staff_client_of(make_user(username=name, is_staff=True, is_superuser=True)) for name in names
    ]
    bodies = [{"status": "processing"}, {"status": "cancelled", "comment": "Changed their mind"}]

    for _round in range(ROUNDS):
        order = make_order(customer, {product: 1})
        stock = Product.objects.get().stock

        told = at_once(2, lambda hand, order=order: press(staff_clients[hand], order, bodies[hand]))

        winner = Order.objects.get(pk=order.pk).status_changes.last()
        first, second = sorted(told, key=lambda text: "changed" in text)
        assert first == f"Order #{order.pk}: The order is now “{winner.to_status}”."
        moved = f"{winner.changed_by} changed “status” after you opened the page."
        assert second == f"Order #{order.pk}: {moved} It is now “{winner.to_status}”."
        assert order.status_changes.count() == 2
        assert Product.objects.get().stock == stock + (winner.to_status == "cancelled")


def staff_client_of(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def press(staff_client: Client, order: Order, body: dict[str, str]) -> str:
    """Press a button of the order's page, and return what it says."""
    form = {**body, f"seen_{order.pk}": "pending"}
    response = staff_client.post(f"/admin/orders/order/{order.pk}/move/", form)
    assert response.status_code == 302
    *_earlier, message = get_messages(response.wsgi_request)  # which a browser would have shown
    return str(message)
