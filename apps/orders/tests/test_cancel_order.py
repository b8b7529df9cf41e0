"""A cancelled order gives its pieces back, once."""

import pytest
from rest_framework.test import APIClient

from apps.catalog.models import MAX_STOCK, Product
from apps.catalog.tests.factories import make_category, make_product
from apps.jobs.models import Job
from apps.orders.models import Order
from apps.orders.tests.factories import make_order, make_order_in
from apps.users.models import User

pytestmark = pytest.mark.embedded


def test_owner_cancels_and_the_pieces_are_back(customer_api: APIClient, customer: User):
    mug, lamp = make_product(stock=5), make_product(stock=3)
    order = make_order(customer, {mug: 2, lamp: 3})

    response = customer_api.patch(address(order), {"status": "cancelled"})

    assert (response.status_code, response.json()["status"]) == (200, "cancelled")
    assert stock_of(mug, lamp) == [5, 3]


def test_staff_cancel_an_order_in_processing(staff_api: APIClient, customer: User, staff: User):
    mug = make_product(stock=5)
    order = make_order_in("processing", customer, {mug: 2}, moved_by=staff)

    response = staff_api.patch(address(order), {"status": "cancelled"})

    assert response.status_code == 200
    assert stock_of(mug) == [5]


@pytest.mark.parametrize("by", ["customer_api", "staff_api"])
def test_second_cancel_is_refused_and_gives_nothing_back(
    request: pytest.FixtureRequest, customer_api: APIClient, customer: User, by: str
):
    mug = make_product(stock=5)
    order = make_order(customer, {mug: 2})
    customer_api.patch(address(order), {"status": "cancelled"})

    response = request.getfixturevalue(by).patch(address(order), {"status": "cancelled"})

    assert response.status_code == 409
    assert (response.json()["from_status"], response.json()["allowed"]) == ("cancelled", [])
    assert stock_of(mug) == [5]
    assert order.status_changes.count() == 2


@pytest.mark.parametrize("status", ["processing", "shipped", "delivered"])
def test_other_moves_give_nothing_back(customer: User, staff: User, status: str):
    mug = make_product(stock=5)

    make_order_in(status, customer, {mug: 2}, moved_by=staff)

    assert stock_of(mug) == [3]


def test_refused_cancel_gives_nothing_back(customer_api: APIClient, customer: User, staff: User):
    mug = make_product(stock=5)
    order = make_order_in("shipped", customer, {mug: 2}, moved_by=staff)

    response = customer_api.patch(address(order), {"status": "cancelled"})

    assert response.status_code == 409
    assert stock_of(mug) == [3]


def test_pieces_go_back_to_products_that_are_no_longer_on_sale(
    customer_api: APIClient, customer: User, staff_api: APIClient
):
    category = make_category()
    hidden, inactive = make_product(stock=5, category=category), make_product(stock=5)
    order = make_order(customer, {hidden: 1, inactive: 2})
    staff_api.delete(f"/api/v1/categories/{category.pk}/")
    staff_api.delete(f"/api/v1/products/{inactive.pk}/")

    response = customer_api.patch(address(order), {"status": "cancelled"})

    assert response.status_code == 200
    assert stock_of(hidden, inactive) == [5, 5]


def test_pieces_are_added_to_what_came_in_meanwhile(
    customer_api: APIClient, customer: User, staff_api: APIClient
):
    mug = make_product(stock=5)
    order = make_order(customer, {mug: 2})
    staff_api.post(f"/api/v1/admin/products/{mug.pk}/stock-movements/", {"delta": 10, "reason": "delivery"})

    customer_api.patch(address(order), {"status": "cancelled"})

    assert stock_of(mug) == [15]


def test_pieces_that_came_back_can_be_sold_again(
    customer_api: APIClient, customer: User, other_customer_api: APIClient
):
    mug = make_product(stock=2)
    order = make_order(customer, {mug: 2})
    basket = {"items": [{"product_id": mug.pk, "quantity": 2}]}
    too_early = other_customer_api.post("/api/v1/orders/", basket)

    customer_api.patch(address(order), {"status": "cancelled"})
    in_time = other_customer_api.post("/api/v1/orders/", basket)

    assert (too_early.status_code, in_time.status_code) == (400, 201)


def test_cancel_is_refused_while_the_pieces_cannot_be_counted(customer_api: APIClient, customer: User):
    mug = make_product(stock=5)
    order = make_order(customer, {mug: 2})
    Product.objects.update(stock=MAX_STOCK - 1)

    response = customer_api.patch(address(order), {"status": "cancelled"})

    assert (response.status_code, response.json()["code"]) == (409, "stock_out_of_range")
    assert stock_of(mug) == [MAX_STOCK - 1]
    assert Order.objects.get().status == "pending"
    assert Job.objects.count() == 2


def address(order: Order) -> str:
    return f"/api/v1/orders/{order.pk}/"


def stock_of(*products: Product) -> list[int]:
    stock = dict(Product.objects.values_list("pk", "stock"))
    return [stock[product.pk] for product in products]
