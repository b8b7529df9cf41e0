"""An order is moved from status to status: by whom, where to, and what that leaves behind."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission

from apps.catalog.models import Product, StockMovement
from apps.catalog.tests.factories import make_product
from apps.jobs.models import Job
from apps.orders.models import Order, OrderItem, StatusChange
from apps.orders.statuses import OrderStatus
from apps.orders.tests.factories import make_order, make_order_in
from apps.users.models import User
from conftest import signed_in
from tests.support.databases import undone

URL = "/api/v1/orders/"
STATUSES = ("pending", "processing", "shipped", "delivered", "cancelled")

# From (the row) to (the column, in the order of STATUSES): the answer.
STAFF_TABLE = {
    "pending": (409, 200, 409, 409, 200),
    "processing": (409, 409, 200, 409, 200),
    "shipped": (409, 409, 409, 200, 409),
    "delivered": (409, 409, 409, 409, 409),
    "cancelled": (409, 409, 409, 409, 409),
}
OWNER_TABLE = {
    "pending": (409, 403, 409, 409, 200),
    "processing": (409, 409, 403, 409, 403),
    "shipped": (409, 409, 409, 403, 409),
    "delivered": (409, 409, 409, 409, 409),
    "cancelled": (409, 409, 409, 409, 409),
}
# Staff who may look at orders, but not change them.
VIEWER_TABLE = OWNER_TABLE | {"pending": (409, 403, 409, 409, 403)}

STAFF_MAY = {
    "pending": ["processing", "cancelled"],
    "processing": ["shipped", "cancelled"],
    "shipped": ["delivered"],
    "delivered": [],
    "cancelled": [],
}
OWNER_MAY = {"pending": ["cancelled"], "processing": [], "shipped": [], "delivered": [], "cancelled": []}
VIEWER_MAY: dict[str, list[str]] = {status: [] for status in STATUSES}

TABLES = {
    "staff": (STAFF_TABLE, STAFF_MAY),
    "owner": (OWNER_TABLE, OWNER_MAY),
    "viewer": (VIEWER_TABLE, VIEWER_MAY),
}


@pytest.fixture
def people(customer: User, staff: User, make_user: Callable[..., User]) -> dict[str, User]:
    """Return the owner of the orders, staff who may change them, and staff who may only look."""
    viewer = make_user(is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_order"))
    return {"owner": customer, "staff": staff, "viewer": viewer}


def test_tables_know_every_status():
    assert list(STATUSES) == OrderStatus.values


@pytest.mark.parametrize("old", STATUSES)
@pytest.mark.parametrize("who", TABLES)
def test_moves_are_answered_as_the_table_says(people: dict[str, User], who: str, old: str):
    order = make_order_in(old, people["owner"], moved_by=people["staff"])
    before = traces()
    table, may = TABLES[who]
    for new, answer in zip(STATUSES, table[old], strict=True):
        with undone():
            response = signed_in(people[who]).patch(address_of(order), {"status": new})

            assert response.status_code == answer, new
            if answer == 200:
                assert response.json()["status"] == new
                assert response.json()["allowed_statuses"] == may[new]
                assert Order.objects.get().status == new
                assert last_move(order) == (old, new, people[who].pk, "")
                assert len(response.json()["history"]) == order.status_changes.count()
            else:
                assert response["Content-Type"] == "application/problem+json"
                assert traces() == before, new
            if answer == 409:
                assert told(response.json(), "code", "from_status", "to_status", "allowed") == {
                    "code": "invalid_transition",
                    "from_status": old,
                    "to_status": new,
                    "allowed": may[old],
                }
            if answer == 403:
                assert response.json()["code"] == "transition_forbidden"


def test_permissions_without_being_staff_open_nothing(customer: User, make_user: Callable[..., User]):
    order = make_order(customer)
    before = traces()
    stranger = make_user()
    stranger.user_permissions.set(Permission.objects.filter(codename__in=["view_order", "change_order"]))
    stranger_api = signed_in(stranger)

    responses = [
        stranger_api.get(address_of(order)),
        stranger_api.patch(address_of(order), {"status": "cancelled"}),
    ]

    assert [response.status_code for response in responses] == [404, 404]
    assert traces() == before


@pytest.mark.parametrize(
    ("old", "who"), [("pending", "owner"), ("pending", "staff"), ("processing", "staff")]
)
def test_cancelling_gives_every_piece_back_once(customer: User, staff: User, old: str, who: str):
    mug, lamp, untouched = make_product(stock=5), make_product(stock=3), make_product(stock=7)
    order = make_order_in(old, customer, {mug: 2, lamp: 3}, moved_by=staff)
    mover = signed_in({"staff": staff, "owner": customer}[who])
    taken = stock_of(mug, lamp, untouched)

    first = mover.patch(address_of(order), {"status": "cancelled"})
    after_first = traces(), stock_of(mug, lamp, untouched)
    second = mover.patch(address_of(order), {"status": "cancelled"})

    assert (first.status_code, second.status_code) == (200, 409)
    assert taken == [3, 0, 7]
    assert after_first[1] == [5, 3, 7]
    assert (traces(), stock_of(mug, lamp, untouched)) == after_first


def address_of(order: Order) -> str:
    return f"{URL}{order.pk}/"


def told(payload: dict[str, object], *names: str) -> dict[str, object]:
    """Return these members of an answer."""
    return {name: payload[name] for name in names}


def last_move(order: Order) -> tuple[str | None, str, int, str]:
    change = StatusChange.objects.filter(order=order).latest("pk")
    return change.from_status, change.to_status, change.changed_by_id, change.comment


def traces() -> list[list[tuple[object, ...]]]:
    """Return everything that a move could have changed."""
    return [
        list(Order.objects.values_list()),
        list(StatusChange.objects.order_by("pk").values_list()),
        list(OrderItem.objects.order_by("pk").values_list()),
        list(StockMovement.objects.order_by("pk").values_list()),
        list(Product.objects.order_by("pk").values_list()),
        list(Job.objects.order_by("pk").values_list()),
    ]


def stock_of(*products: Product) -> list[int]:
    for product in products:
        product.refresh_from_db()
    return [product.stock for product in products]
