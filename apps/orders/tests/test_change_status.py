"""Status changes: what their readers are told, what is refused, and what stays as it was."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.core.tests.answers import problem, problem_of, refusal_of
from apps.jobs.models import Job
from apps.orders.models import Order, StatusChange
from apps.orders.tests.factories import make_order, make_order_in
from apps.users.models import User
from conftest import signed_in

STATUSES = ("pending", "processing", "shipped", "delivered", "cancelled")
ENGLISH = {"Accept-Language": "en"}

ALLOWED = {
    "staff": {
        "pending": ["processing", "cancelled"],
        "processing": ["shipped", "cancelled"],
        "shipped": ["delivered"],
        "delivered": [],
        "cancelled": [],
    },
    "owner": {"pending": ["cancelled"], "processing": [], "shipped": [], "delivered": [], "cancelled": []},
    "viewer": {"pending": [], "processing": [], "shipped": [], "delivered": [], "cancelled": []},
}


@pytest.fixture
def viewer(make_user: Callable[..., User]) -> User:
    clerk = make_user(is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_order"))
    return clerk


@pytest.fixture
def clients(customer: User, staff: User, viewer: User) -> dict[str, APIClient]:
    return {"owner": signed_in(customer), "staff": signed_in(staff), "viewer": signed_in(viewer)}


@pytest.fixture
def order_in(customer: User, staff: User) -> Callable[[str], Order]:
    return lambda status: make_order_in(status, customer, moved_by=staff)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("role", ["owner", "staff", "viewer"])
def test_order_shows_where_its_reader_may_move_it(
    clients: dict[str, APIClient], order_in: Callable[[str], Order], role: str, status: str
):
    order = order_in(status)

    response = clients[role].get(address(order))

    assert response.json()["allowed_statuses"] == ALLOWED[role][status]


@pytest.mark.parametrize("role", ["owner", "staff", "viewer"])
def test_impossible_move_tells_what_its_reader_may_do(
    clients: dict[str, APIClient], customer: User, role: str
):
    order = make_order(customer)

    response = clients[role].patch(address(order), {"status": "delivered"}, headers=ENGLISH)

    assert problem_of(response) == problem(
        409,
        "invalid_transition",
        "The order cannot be moved to this status.",
        from_status="pending",
        to_status="delivered",
        allowed=ALLOWED[role]["pending"],
    )


def test_move_that_others_may_make_is_forbidden_in_plain_words(
    customer_api: APIClient, customer: User, staff: User
):
    order = make_order_in("processing", customer, moved_by=staff)

    in_english = customer_api.patch(address(order), {"status": "cancelled"}, headers=ENGLISH)
    in_russian = customer_api.patch(address(order), {"status": "cancelled"})

    assert problem_of(in_english) == problem(
        403, "transition_forbidden", "You do not have permission to move the order to this status."
    )
    assert problem_of(in_russian) == problem(
        403, "transition_forbidden", "У вас нет права перевести заказ в этот статус."
    )


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        *[
            ({"status": status}, ("invalid_choice", "/status"))
            for status in ["lost", "PENDING", "pending ", "", 1, True, ["cancelled"], {"a": 1}]
        ],
        ({"status": None}, ("null", "/status")),
        ({}, ("required", "/status")),
        ({"comment": "why not"}, ("required", "/status")),
        ({"status": "cancelled", "comment": "x" * 1001}, ("max_length", "/comment")),
        ({"status": "cancelled", "comment": None}, ("null", "/comment")),
        ({"status": "cancelled", "comment": 5}, ("invalid", "/comment")),
        ({"status": "cancelled", "comment": "a\0b"}, ("null_characters_not_allowed", "/comment")),
    ],
    ids=str,
)
def test_unreadable_move_is_refused(
    staff_api: APIClient, customer: User, body: dict[str, object], fault: tuple[str, str]
):
    order = make_order(customer)
    before = everything()

    response = staff_api.patch(address(order), body)

    assert refusal_of(response) == (400, "validation_error", [fault])
    assert everything() == before


@pytest.mark.parametrize("body", [{"status": "cancelled"}, {"status": "lost"}, {}], ids=str)
def test_somebody_else_s_order_is_not_there(
    other_customer_api: APIClient, customer: User, body: dict[str, str]
):
    order = make_order(customer)
    before = everything()

    answers = [other_customer_api.patch(address(order), body), other_customer_api.get(address(order))]
    unknown = other_customer_api.get(f"/api/v1/orders/{order.pk + 1}/")

    assert [answer.status_code for answer in answers] == [404, 404]
    assert [problem_of(answer) for answer in answers] == [problem_of(unknown)] * 2
    assert everything() == before


def test_order_that_is_not_there_cannot_be_moved(staff_api: APIClient):
    response = staff_api.patch("/api/v1/orders/1/", {"status": "processing"})

    assert refusal_of(response) == (404, "not_found", [])


def test_permission_without_being_staff_moves_nothing(customer: User, customer_api: APIClient, staff: User):
    customer.user_permissions.add(Permission.objects.get(codename="change_order"))
    order = make_order(customer)

    response = customer_api.patch(address(order), {"status": "processing"})

    assert response.status_code == 403
    assert status_of(order) == "pending"


def test_staff_with_the_permission_to_change_make_every_move(customer: User, make_user: Callable[..., User]):
    clerk = make_user(is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="change_order"))
    order = make_order(customer)
    clerk_api = signed_in(clerk)

    answers = [clerk_api.patch(address(order), {"status": status}).status_code for status in STATUSES[1:4]]

    assert answers == [200, 200, 200]
    assert status_of(order) == "delivered"


def test_staff_who_only_view_orders_may_cancel_their_own_as_every_customer(viewer: User):
    order = make_order(viewer)
    viewer_api = signed_in(viewer)

    shown = viewer_api.get(address(order))
    response = viewer_api.patch(address(order), {"status": "cancelled"})

    assert shown.json()["allowed_statuses"] == ["cancelled"]
    assert response.status_code == 200
    assert status_of(order) == "cancelled"


def test_moving_leaves_lines_prices_and_owner_alone(staff_api: APIClient, customer: User):
    order = make_order(customer, {make_product(price="12.50", stock=10): 4})
    before = staff_api.get(address(order)).json()

    after = staff_api.patch(address(order), {"status": "processing"}).json()

    changed = {"status", "history", "allowed_statuses", "updated_at"}
    assert {name for name in after if after[name] != before[name]} == changed
    assert after["updated_at"] > before["updated_at"]
    assert after["total_price"] == "50.00"


def test_move_cannot_change_anything_else_of_the_order(staff_api: APIClient, customer: User):
    order = make_order(customer, {make_product(price="12.50", stock=10): 4})
    before = everything()

    response = staff_api.patch(
        address(order), {"status": "processing", "total_price": "0.01", "user": 1, "items": []}
    )

    unknown = [("unknown_member", f"/{name}") for name in ("total_price", "user", "items")]
    assert refusal_of(response) == (400, "validation_error", unknown)
    assert everything() == before


def address(order: Order) -> str:
    return f"/api/v1/orders/{order.pk}/"


def status_of(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


def everything() -> list[list[tuple]]:
    models = (Product, Order, StatusChange, Job)
    return [list(model.objects.order_by("pk").values_list()) for model in models]
