"""Writes that change nothing leave `updated_at`, ETag, audit trail and caches untouched."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from apps.audit.models import AuditEntry
from apps.backoffice.roles import make_roles
from apps.catalog.models import Category, Product, StockMovement
from apps.catalog.tests.factories import make_category, make_product
from apps.orders.tests.factories import make_order
from apps.users.models import User
from tests.support.faults import all_rows
from tests.support.html_forms import opened_form

ME, ORDERS = "/api/v1/auth/me/", "/api/v1/orders/"

pytestmark = pytest.mark.django_db(transaction=True)  # caches are dropped on commit


@pytest.fixture
def tea() -> Product:
    return make_product(
        name="Tea", sku="TEA-1", price="10.00", stock=5, category=make_category(name="Leaves")
    )


def address_of(row: Product | Category) -> str:
    return f"/api/v1/{'products' if isinstance(row, Product) else 'categories'}/{row.pk}/"


SAME_PRODUCT: dict[str, Callable[[Product], dict[str, Any]]] = {
    "nothing": lambda tea: {},
    "the price": lambda tea: {"price": "10.00"},
    "the price in another spelling": lambda tea: {"price": 10},
    "every field": lambda tea: {
        "name": "Tea",
        "sku": "TEA-1",
        "slug": tea.slug,
        "price": "10.0",
        "category": tea.category_id,
        "description": tea.description,
        "is_active": True,
    },
    "the name with spaces around it": lambda tea: {"name": "  Tea "},
}


@pytest.mark.parametrize("what", SAME_PRODUCT)
def test_patch_of_a_product_as_it_is(api: APIClient, staff_api: APIClient, tea: Product, what: str):
    first = api.get(address_of(tea))
    before = all_rows()

    response = staff_api.patch(address_of(tea), SAME_PRODUCT[what](tea))

    assert (response.status_code, response.json()) == (200, first.json())
    assert response["ETag"] == first["ETag"]
    assert all_rows() == before
    assert api.get(address_of(tea))["Cache-Status"] == "OnlineStore; hit"


def test_put_of_a_product_as_it_is(staff_api: APIClient, tea: Product):
    before = all_rows()

    response = staff_api.put(address_of(tea), SAME_PRODUCT["every field"](tea))

    assert response.status_code == 200
    assert all_rows() == before


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_category_as_it_is(api: APIClient, staff_api: APIClient, method: str):
    leaves = make_category(name="Leaves", parent=make_category(name="Tea"))
    first = api.get(address_of(leaves))
    before = all_rows()
    body = {
        "name": "Leaves",
        "slug": leaves.slug,
        "parent": leaves.parent_id,
        "description": "",
        "is_active": True,
    }

    response = getattr(staff_api, method.lower())(address_of(leaves), body)

    assert (response.status_code, response["ETag"]) == (200, first["ETag"])
    assert all_rows() == before
    assert api.get(address_of(leaves))["Cache-Status"] == "OnlineStore; hit"


def test_one_change_among_what_stays_is_stored_and_told_alone(
    staff_api: APIClient, staff: User, tea: Product
):
    response = staff_api.patch(address_of(tea), {"name": "Tea", "price": "11.00", "is_active": True})

    entry = AuditEntry.objects.about(tea).get(action="changed")
    assert response.json()["updated_at"] > tea.updated_at.isoformat()
    assert entry.changes == {"price": ["10.00", "11.00"]}
    assert list(tea.price_changes.values_list("created_by", flat=True)) == [staff.pk]


@pytest.mark.parametrize("row", ["product", "category"])
def test_second_deletion_changes_nothing(staff_api: APIClient, tea: Product, row: str):
    address = address_of(tea if row == "product" else tea.category)
    first = staff_api.delete(address)
    before = all_rows()

    second = staff_api.delete(address)

    assert (first.status_code, second.status_code) == (204, 204)
    assert all_rows() == before


def test_version_is_looked_at_even_if_nothing_would_change(staff_api: APIClient, tea: Product):
    response = staff_api.patch(address_of(tea), {"price": "10.00"}, headers={"If-Match": '"another"'})

    assert response.status_code == 412


@pytest.mark.parametrize("names", [{}, {"first_name": "Anna"}, {"first_name": "Anna", "last_name": ""}])
def test_same_names_of_one_s_account(customer: User, customer_api: APIClient, names: dict[str, str]):
    customer_api.patch(ME, {"first_name": "Anna"})
    make_order(customer)
    customer_api.get(ORDERS)
    before = all_rows()

    response = customer_api.patch(ME, names)

    assert (response.status_code, response.json()["first_name"]) == (200, "Anna")
    assert all_rows() == before
    assert customer_api.get(ORDERS)["Cache-Status"] == "OnlineStore; hit"


def test_count_that_finds_what_there_is_stands_in_the_ledger_alone(
    api: APIClient, staff_api: APIClient, tea: Product
):
    first = api.get(address_of(tea))
    before = all_rows()

    response = staff_api.post(
        f"/api/v1/admin/products/{tea.pk}/stock-movements/",
        {"count": 5, "last_seen": 5, "reason": "stocktake"},
    )

    after = all_rows()
    assert (response.status_code, response.json()["delta"]) == (201, 0)
    assert {name for name in after if after[name] != before[name]} == {StockMovement._meta.db_table}
    again = api.get(address_of(tea))
    assert (again["ETag"], again["Cache-Status"]) == (first["ETag"], "OnlineStore; hit")


ADMIN_ROWS: dict[str, Callable[[Product], Any]] = {
    "catalog_product": lambda tea: tea,
    "catalog_category": lambda tea: tea.category,
    "users_user": lambda tea: User.objects.create_user("anna", "anna@example.com", first_name="Anna"),
    "auth_group": lambda tea: Group.objects.get(name="Support"),
}


@pytest.mark.parametrize("name", ADMIN_ROWS)
def test_form_of_the_admin_that_is_saved_as_it_was_opened(
    client: Client, staff: User, tea: Product, name: str
):
    make_roles()
    client.force_login(staff)
    address = reverse(f"admin:{name}_change", args=[ADMIN_ROWS[name](tea).pk])
    form = opened_form(client, address)
    with CaptureQueriesContext(connection) as questions:
        response = client.post(address, form)

    assert response.status_code == 302, response.context["errors"]
    written = [
        question["sql"]
        for question in questions
        if question["sql"].startswith(("INSERT", "UPDATE", "DELETE"))
    ]
    assert [sql for sql in written if "django_" not in sql] == []  # Django's own log, and its messages
