"""The history of an order, as its customer and as staff read it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from apps.core.tests.answers import on_the_wire
from apps.orders.models import Order
from apps.orders.tests.factories import make_order
from apps.users.models import User
from conftest import signed_in


def test_history_tells_every_step_and_hides_from_the_customer_who_works_here(
    make_user: Callable[..., User], customer_api: APIClient, customer: User
):
    boris = make_user(username="boris", is_staff=True, is_superuser=True)
    vera = make_user(username="vera", is_staff=True, is_superuser=True)
    boris_api, vera_api = signed_in(boris), signed_in(vera)
    moments = [datetime.now(UTC) + timedelta(seconds=second) for second in range(4)]
    with time_machine.travel(moments[0], tick=False):
        order = make_order(customer)
    with time_machine.travel(moments[1], tick=False):
        boris_api.patch(address(order), {"status": "processing", "comment": "  Сегодня соберём  "})
    with time_machine.travel(moments[2], tick=False):
        vera_api.patch(address(order), {"status": "shipped", "comment": "<b>hand</b> over & go"})
    with time_machine.travel(moments[3], tick=False):
        boris_api.patch(address(order), {"status": "delivered", "comment": ""})

    shown_to_customer = customer_api.get(address(order)).json()["history"]
    shown_to_staff = vera_api.get(address(order)).json()["history"]

    steps = [
        step(None, "pending", customer.username, "", moments[0]),
        step("pending", "processing", "boris", "Сегодня соберём", moments[1]),
        step("processing", "shipped", "vera", "<b>hand</b> over & go", moments[2]),
        step("shipped", "delivered", "boris", "", moments[3]),
    ]
    assert shown_to_staff == steps
    assert shown_to_customer == [steps[0], *[{**later, "changed_by": "staff"} for later in steps[1:]]]


def test_customer_s_own_cancel_carries_their_name(
    customer_api: APIClient, customer: User, staff_api: APIClient
):
    order = make_order(customer)

    answer = customer_api.patch(address(order), {"status": "cancelled", "comment": "Передумал"})
    shown_to_staff = staff_api.get(address(order)).json()["history"]

    last = answer.json()["history"][-1]
    assert (last["from_status"], last["to_status"]) == ("pending", "cancelled")
    assert (last["changed_by"], last["comment"]) == (customer.username, "Передумал")
    assert shown_to_staff == answer.json()["history"]


def test_staff_who_bought_something_are_named_in_their_own_history(
    staff_api: APIClient, staff: User, customer_api: APIClient, customer: User
):
    own, sold = make_order(staff), make_order(customer)

    staff_api.patch(address(own), {"status": "processing"})
    staff_api.patch(address(sold), {"status": "processing"})

    assert names(staff_api, own) == [staff.username, staff.username]
    assert names(customer_api, sold) == [customer.username, "staff"]


@pytest.mark.parametrize("length", [0, 1000])
def test_comment_of_every_length_is_kept(staff_api: APIClient, customer: User, length: int):
    order = make_order(customer)

    response = staff_api.patch(address(order), {"status": "processing", "comment": "ж" * length})

    assert response.status_code == 200
    assert order.status_changes.last().comment == "ж" * length


def test_history_of_a_refused_move_stays_as_it_was(staff_api: APIClient, customer: User):
    order = make_order(customer)

    staff_api.patch(address(order), {"status": "delivered", "comment": "too fast"})

    history = order.status_changes.values_list("from_status", "to_status", "changed_by", "comment")
    assert list(history) == [(None, "pending", customer.pk, "")]


def step(
    from_status: str | None, to_status: str, changed_by: str, comment: str, moment: datetime
) -> dict[str, str | None]:
    return {
        "from_status": from_status,
        "to_status": to_status,
        "changed_by": changed_by,
        "comment": comment,
        "created_at": on_the_wire(moment),
    }


def names(client: APIClient, order: Order) -> list[str]:
    return [step["changed_by"] for step in client.get(address(order)).json()["history"]]


def address(order: Order) -> str:
    return f"/api/v1/orders/{order.pk}/"
