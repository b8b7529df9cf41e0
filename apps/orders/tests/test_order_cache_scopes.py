"""Kept reads of orders are shown to nobody else."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_product
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.orders.models import Order
from apps.orders.tests.factories import make_order, make_order_in
from apps.users.models import User
from conftest import signed_in

OWN, ALL = "/api/v1/orders/", "/api/v1/admin/orders/"
pytestmark = pytest.mark.django_db(transaction=True)  # caches are dropped on commit


@pytest.fixture
def order(customer: User, staff: User) -> Order:
    return make_order_in("processing", customer, moved_by=staff)


def test_somebody_else_s_order_leaves_what_a_customer_has_kept(
    customer_api: APIClient, order: Order, other_customer_api: APIClient
):
    basket = {"items": [{"product_id": make_product().pk, "quantity": 1}]}
    addresses = (OWN, f"{OWN}{order.pk}/")
    kept = [customer_api.get(address).json() for address in addresses]

    placed = other_customer_api.post(OWN, basket)
    other_customer_api.patch(f"{OWN}{placed.json()['id']}/", {"status": "cancelled"})
    with CaptureQueriesContext(connection) as queries:
        again = [customer_api.get(address).json() for address in addresses]

    assert again == kept
    assert [query["sql"] for query in queries if "orders_" in query["sql"]] == []


def test_same_list_is_another_one_for_every_customer(customer: User, other_customer: User):
    first, second = signed_in(customer), signed_in(other_customer)
    mine, theirs = make_order(customer), make_order(other_customer)

    lists = [client.get(OWN).json()["results"] for client in (first, second, first, second)]

    assert [[row["id"] for row in rows] for rows in lists] == [[mine.pk], [theirs.pk]] * 2


@pytest.mark.parametrize(
    "readers",
    [
        ["staff", "viewer", "other", "owner", "anonymous"],
        ["anonymous", "owner", "other", "viewer", "staff"],
        ["owner", "staff", "anonymous", "viewer", "other"],
        ["other", "viewer", "staff", "anonymous", "owner"],
    ],
    ids=" ".join,
)
def test_kept_details_are_never_shown_to_who_may_not_see_them(
    order: Order, staff: User, make_user: Callable[..., User], readers: list[str]
):
    viewer = make_user(is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_order"))
    people = {"owner": order.user, "staff": staff, "viewer": viewer, "other": make_user()}
    clients = {"anonymous": APIClient(), **{role: signed_in(user) for role, user in people.items()}}
    seen = {}

    for role in readers * 2:
        response = clients[role].get(f"{OWN}{order.pk}/")
        body = response.json()
        seen[role] = (response.status_code, body.get("user", {}).get("id"), body.get("allowed_statuses"))

    assert seen == {
        "owner": (200, None, []),
        "staff": (200, order.user_id, ["shipped", "cancelled"]),
        "viewer": (200, order.user_id, []),
        "other": (404, None, None),
        "anonymous": (401, None, None),
    }


def test_staff_who_are_no_longer_staff_see_no_kept_orders(order: Order, staff: User):
    client = signed_in(staff)
    before = [client.get(address).status_code for address in (ALL, f"{OWN}{order.pk}/")]

    staff.is_staff = staff.is_superuser = False
    staff.save()
    after = [client.get(address).status_code for address in (ALL, f"{OWN}{order.pk}/")]

    assert (before, after) == ([200, 200], [403, 404])


def test_jobs_and_invoice_are_never_kept(order: Order, customer_api: APIClient):
    addresses = [f"{OWN}{order.pk}/{path}/" for path in ("jobs", "invoice")]
    before = [customer_api.get(address) for address in addresses]

    run_due_jobs()
    after = [customer_api.get(address) for address in addresses]

    assert [answer["Cache-Control"] for answer in before] == ["no-store", "no-store"]
    assert {job["status"] for job in before[0].json()} == {"pending"}
    assert {job["status"] for job in after[0].json()} == {"done"}
    assert (before[1].status_code, after[1].status_code) == (202, 200)
    assert Job.objects.filter(status="done").count() == 3
