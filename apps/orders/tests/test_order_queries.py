"""Query counts of orders: as many for a thousand lines as for two."""

from collections.abc import Callable

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_products
from apps.jobs.models import Job
from apps.orders.jobs import make_invoice
from apps.orders.models import Order
from apps.orders.tests.factories import make_order
from apps.store.configuration_cache import current_configuration
from apps.users.models import User

OWN, ALL = "/api/v1/orders/", "/api/v1/admin/orders/"
A_FULL_PAGE = pytest.param(100, marks=pytest.mark.long)
A_LONG_ORDER = pytest.param(1103, marks=pytest.mark.long)


@pytest.mark.parametrize("lines", [2, 100, A_LONG_ORDER])
def test_placing_asks_as_often_whatever_the_number_of_lines(
    customer_api: APIClient, django_assert_num_queries: Callable, lines: int
):
    items = [{"product_id": product.pk, "quantity": 1} for product in make_products(lines)]
    current_configuration()

    with django_assert_num_queries(11):
        response = customer_api.post(OWN, {"items": items})

    assert response.status_code == 201
    assert len(response.json()["items"]) == lines


@pytest.mark.parametrize("lines", [2, 100, A_LONG_ORDER])
def test_cancelling_asks_as_often_whatever_the_number_of_lines(
    customer_api: APIClient, customer: User, django_assert_num_queries: Callable, lines: int
):
    order = make_order(customer, dict.fromkeys(make_products(lines), 1))

    with django_assert_num_queries(18):
        response = customer_api.patch(f"{OWN}{order.pk}/", {"status": "cancelled"})

    assert response.status_code == 200


@pytest.mark.parametrize("lines", [1, 100, A_LONG_ORDER])
def test_details_ask_as_often_whatever_the_number_of_lines(
    customer_api: APIClient, customer: User, django_assert_num_queries: Callable, lines: int
):
    order = make_order(customer, dict.fromkeys(make_products(lines), 1))

    with django_assert_num_queries(4):
        response = customer_api.get(f"{OWN}{order.pk}/")

    assert len(response.json()["items"]) == lines


@pytest.mark.parametrize("orders", [1, 20, A_FULL_PAGE])
def test_own_list_asks_as_often_whatever_the_number_of_orders(
    customer_api: APIClient, customer: User, django_assert_num_queries: Callable, orders: int
):
    make_orders(orders, customer)

    with django_assert_num_queries(2):
        response = customer_api.get(f"{OWN}?page_size=100")

    assert len(response.json()["results"]) == orders


@pytest.mark.parametrize("orders", [1, 20, A_FULL_PAGE])
def test_staff_s_list_asks_as_often_whatever_the_number_of_orders(
    staff_api: APIClient, make_user: Callable[..., User], django_assert_num_queries: Callable, orders: int
):
    for buyer in [make_user() for _ in range(min(orders, 10))]:
        make_orders(orders // min(orders, 10), buyer)

    with django_assert_num_queries(2):
        response = staff_api.get(f"{ALL}?page_size=100")

    assert len(response.json()["results"]) == orders


@pytest.mark.parametrize("orders", [1, 20])
def test_search_of_staff_asks_thrice_more_for_customers_lines_and_recipients(
    staff_api: APIClient, customer: User, django_assert_num_queries: Callable, orders: int
):
    make_orders(orders, customer)

    with django_assert_num_queries(5):
        response = staff_api.get(f"{ALL}?search={customer.username}")

    assert len(response.json()["results"]) == orders


@pytest.mark.parametrize("orders", [1, 60])  # more than a page
def test_admin_s_list_asks_as_often_whatever_the_number_of_orders(
    client: Client, staff: User, customer: User, django_assert_num_queries: Callable, orders: int
):
    make_orders(orders, customer)
    client.force_login(staff)

    with django_assert_num_queries(7):  # three of them for the filters by methods and promotions
        response = client.get("/admin/orders/order/")

    assert len(response.context["cl"].result_list) == min(orders, 50)


@pytest.mark.parametrize("lines", [1, 100])
def test_admin_s_page_of_an_order_asks_as_often_whatever_the_number_of_lines(
    client: Client, staff: User, customer: User, django_assert_num_queries: Callable, lines: int
):
    order = make_order(customer, dict.fromkeys(make_products(lines), 1))
    client.force_login(staff)
    ContentType.objects.clear_cache()  # it outlives a test

    with django_assert_num_queries(12):  # one of them for payments, one for the methods of received money
        response = client.get(f"/admin/orders/order/{order.pk}/change/")

    assert response.status_code == 200


@pytest.mark.parametrize("lines", [1, 100, A_LONG_ORDER])
def test_invoice_asks_as_often_whatever_the_number_of_lines(
    customer: User, django_assert_num_queries: Callable, lines: int
):
    order = make_order(customer, dict.fromkeys(make_products(lines), 1))
    job = Job.objects.get(kind="invoice")

    with django_assert_num_queries(4):  # the order with its invoice, the seller, the lines, the new invoice
        make_invoice(job, order_id=order.pk)


def make_orders(number: int, user: User) -> list[Order]:
    products = make_products(2, stock=10_000)
    return [make_order(user, dict.fromkeys(products, 1)) for _ in range(number)]
