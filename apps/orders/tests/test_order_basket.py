"""The basket of an order, to order the same again."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from apps.catalog.models import Category, Product
from apps.catalog.tests.factories import make_category, make_product, make_products
from apps.orders.models import Order
from apps.orders.tests.factories import make_order, make_order_in
from apps.users.models import User

pytestmark = pytest.mark.django_db


def address_of(order: Order) -> str:
    return f"/api/v1/orders/{order.pk}/basket/"


def test_basket_leaves_out_what_is_not_on_sale(
    customer_api: APIClient, staff_api: APIClient, customer: User, staff: User
):
    hidden = make_category(parent=make_category())
    tea, cup, lamp, pot = make_product(), make_product(), make_product(category=hidden), make_product(stock=3)
    order = make_order_in("cancelled", customer, {pot: 3, tea: 2, cup: 1, lamp: 1}, moved_by=staff)
    Product.objects.filter(pk=cup.pk).update(is_active=False)
    Product.objects.filter(pk=pot.pk).update(stock=0)  # may be back tomorrow
    Category.objects.filter(pk=hidden.parent_id).update(is_active=False)

    answers = [client.get(address_of(order)) for client in (customer_api, staff_api)]

    for answer in answers:
        assert answer.status_code == 200
        assert answer.json() == {
            "items": [{"product_id": pot.pk, "quantity": 3}, {"product_id": tea.pk, "quantity": 2}],
            "left_out": [cup.pk, lamp.pk],
        }
        assert answer["Cache-Control"] == "no-store"


def test_basket_can_be_ordered_again(customer_api: APIClient, customer: User):
    order = make_order(customer, {make_product(stock=9): 2})
    basket = customer_api.get(address_of(order)).json()

    again = customer_api.post("/api/v1/orders/", {"items": basket["items"]}, format="json")

    assert again.status_code == 201
    assert again.json()["total_price"] == str(order.total_price)


def test_basket_of_somebody_else_is_not_found(customer_api: APIClient, make_user: Callable[..., User]):
    assert customer_api.get(address_of(make_order(make_user()))).status_code == 404


@pytest.mark.parametrize("lines", [1, 100])
def test_basket_takes_two_questions_whatever_the_lines(
    customer_api: APIClient, customer: User, django_assert_num_queries: Callable, lines: int
):
    order = make_order(customer, dict.fromkeys(make_products(lines), 1))

    with django_assert_num_queries(3):  # the caller, the order, its lines
        response = customer_api.get(address_of(order))

    assert len(response.json()["items"]) == lines
