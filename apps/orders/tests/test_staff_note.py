"""The note that staff write to an order: for staff alone, audited, and never over somebody else's."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

from apps.audit.models import AuditEntry
from apps.core.tests.answers import problem_of
from apps.orders.models import Order
from apps.orders.tests.factories import make_order
from apps.users.models import User
from conftest import signed_in
from tests.support.faults import all_rows

pytestmark = pytest.mark.django_db(transaction=True)  # caches are dropped on commit


@pytest.fixture
def order(customer: User) -> Order:
    return make_order(customer)


def address_of(order: Order) -> str:
    return f"/api/v1/admin/orders/{order.pk}/"


def shown(client: APIClient, order: Order) -> Any:
    return client.get(f"/api/v1/orders/{order.pk}/")


def test_note_is_written_shown_to_staff_and_audited(
    staff_api: APIClient, customer_api: APIClient, staff: User, order: Order
):
    shown(staff_api, order)  # kept in the cache from here on

    response = staff_api.patch(address_of(order), {"staff_note": " Call first\nthen ship "})

    assert response.status_code == 200
    assert response.json()["staff_note"] == "Call first\nthen ship"
    read = shown(staff_api, order)
    assert (read.json(), read["ETag"]) == (response.json(), response["ETag"])
    assert "staff_note" not in shown(customer_api, order).json()
    entry = AuditEntry.objects.about(order).latest("pk")
    assert (entry.action, entry.actor, entry.source) == ("changed", staff, "api")
    assert entry.changes == {"staff_note": ["", "…"]}
    assert Order.objects.get(pk=order.pk).updated_at > order.updated_at


def test_note_as_it_is_changes_nothing(staff_api: APIClient, order: Order):
    staff_api.patch(address_of(order), {"staff_note": "Call first"})
    before = all_rows()

    response = staff_api.patch(address_of(order), {"staff_note": "Call first "})

    assert (response.status_code, response.json()["staff_note"]) == (200, "Call first")
    assert all_rows() == before


def test_note_can_be_taken_away(staff_api: APIClient, order: Order):
    staff_api.patch(address_of(order), {"staff_note": "Call first"})

    response = staff_api.patch(address_of(order), {"staff_note": ""})

    assert (response.status_code, response.json()["staff_note"]) == (200, "")


def test_note_is_not_written_over_another_version(staff_api: APIClient, order: Order):
    seen = shown(staff_api, order)["ETag"]
    first = staff_api.patch(address_of(order), {"staff_note": "Call first"}, headers={"If-Match": seen})
    before = all_rows()

    second = staff_api.patch(address_of(order), {"staff_note": "Do not call"}, headers={"If-Match": seen})

    assert (first.status_code, second.status_code) == (200, 412)
    assert problem_of(second)["code"] == "precondition_failed"
    assert second["ETag"] == first["ETag"]
    assert all_rows() == before


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({}, ("required", "/staff_note")),
        ({"staff_note": None}, ("null", "/staff_note")),
        ({"staff_note": 7}, ("invalid", "/staff_note")),
        ({"staff_note": "x" * 1001}, ("max_length", "/staff_note")),
        ({"staff_note": "x\0"}, ("null_characters_not_allowed", "/staff_note")),
        ({"staff_note": "x", "needs_look": ""}, ("unknown_member", "/needs_look")),
        ({"staff_note": "x", "status": "cancelled"}, ("unknown_member", "/status")),
    ],
)
def test_anything_else_is_refused(staff_api: APIClient, order: Order, body: dict, fault: tuple[str, str]):
    before = all_rows()

    response = staff_api.patch(address_of(order), body, format="json")

    assert response.status_code == 400
    assert [(each["code"], each["pointer"]) for each in problem_of(response)["errors"]] == [fault]
    assert all_rows() == before


def test_note_of_no_order_is_not_found(staff_api: APIClient, order: Order):
    assert staff_api.patch(f"/api/v1/admin/orders/{order.pk + 1}/", {"staff_note": "x"}).status_code == 404


def test_who_may_only_view_orders_writes_no_note(make_user: Callable[..., User], order: Order):
    viewer = make_user(is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_order"))

    response = signed_in(viewer).patch(address_of(order), {"staff_note": "x"})

    assert response.status_code == 403
    assert Order.objects.get(pk=order.pk).staff_note == ""
