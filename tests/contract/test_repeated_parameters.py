"""A parameter that is unknown, or comes twice where one is meant, is refused; of a list any value will do."""

from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_category, make_product
from apps.core.tests.answers import problem, problem_of, refusal_of
from apps.orders.models import Order
from apps.orders.tests.factories import make_order
from apps.users.models import User
from tests.support.committed_schema import SCHEMA

ORDERS, ALL_ORDERS, PRODUCTS = "/api/v1/orders/", "/api/v1/admin/orders/", "/api/v1/products/"
POINTS, PAYMENTS, REFUNDS = "/api/v1/pickup-points/", "/api/v1/admin/payments/", "/api/v1/admin/refunds/"
PARAMETERS = [
    (method, path, parameter)
    for path, operations in SCHEMA["paths"].items()
    for method, operation in operations.items()
    for parameter in operation.get("parameters", ())
    if parameter["in"] == "query"
]

pytestmark = pytest.mark.django_db


def is_list(parameter: dict[str, Any]) -> bool:
    return parameter["schema"].get("type") == "array" and parameter.get("explode", True)


def address_of(path: str) -> str:
    """Return the address of some row, which need not be there."""
    uid = str(UUID(int=0))
    return path.format(
        id=uid if "sessions" in path else 1,
        order_id=1,
        product_id=1,
        payment_id=uid,
        refund_id=uid,
        country="RU",
        provider="emulator",
        slug="tea",
    )


def test_every_parameter_of_every_call_is_refused_when_it_comes_twice(staff_api: APIClient):
    for method, path, parameter in PARAMETERS:
        name = parameter["name"] + "[color]" * (parameter.get("style") == "deepObject")
        if is_list(parameter):
            continue
        address = address_of(path)

        for query in (f"{name}=1&{name}=2", f"{name}=1&{name}=1", f"{name}=&{name}="):
            response = staff_api.generic(method.upper(), f"{address}?{query}")

            refused = (400, "invalid_query", [("duplicate_parameter", name)])
            assert refusal_of(response) == refused, f"{method} {address}?{query}"


def test_every_call_refuses_a_parameter_that_it_does_not_know(staff_api: APIClient):
    calls = [(method, path) for path, operations in SCHEMA["paths"].items() for method in operations]

    for method, path in calls:
        address = address_of(path)

        response = staff_api.generic(method.upper(), f"{address}?serch=tea")

        refused = (400, "invalid_query", [("unknown_parameter", "serch")])
        assert refusal_of(response) == refused, f"{method} {address}"


def test_lists_are_statuses_and_kinds():
    lists = {(path, parameter["name"]) for _method, path, parameter in PARAMETERS if is_list(parameter)}

    statuses = ("status", "payment_status", "shipment_status")
    of_orders = {(path, status) for path in (ORDERS, ALL_ORDERS) for status in statuses}
    of_money = {(PAYMENTS, "status"), (REFUNDS, "status")}
    assert lists == {*of_orders, *of_money, (POINTS, "kind")}


def test_category_given_twice_does_not_win(api: APIClient):
    one, other = make_product(category=make_category()), make_product(category=make_category())

    response = api.get(
        f"{PRODUCTS}?category={one.category_id}&category={other.category_id}",
        headers={"Accept-Language": "en"},
    )

    assert problem_of(response) == problem(
        400,
        "invalid_query",
        "Some query parameters are unknown or invalid.",
        errors=[
            {
                "code": "duplicate_parameter",
                "detail": "This parameter appears more than once.",
                "parameter": "category",
            }
        ],
    )


def test_unknown_and_repeated_parameters_are_told_together(api: APIClient):
    response = api.get(f"{PRODUCTS}?serch=a&serch=b&page=1&page=2&search=tea&page_size=2&page_size=2")

    assert refusal_of(response) == (
        400,
        "invalid_query",
        [
            ("unknown_parameter", "serch"),
            ("duplicate_parameter", "page"),
            ("duplicate_parameter", "page_size"),
        ],
    )


def test_repeated_parameter_is_told_in_russian(api: APIClient):
    response = api.get(f"{PRODUCTS}?page=1&page=2")

    assert response.json()["errors"][0]["detail"] == "Параметр указан больше одного раза."


def test_thousand_unknown_parameters_get_a_short_answer(api: APIClient):
    response = api.get(f"{PRODUCTS}?{'&'.join(f'p{number}=' for number in range(1000))}")

    assert len(refusal_of(response)[2]) == 100


@pytest.fixture
def orders(customer: User) -> dict[str, int]:
    """Return the ids of an order in each of three statuses, by the status."""
    ids = {status: make_order(customer).pk for status in ("pending", "processing", "cancelled")}
    for status, order_id in ids.items():
        Order.objects.filter(pk=order_id).update(status=status)
    return ids


@pytest.mark.parametrize(
    ("query", "statuses"),
    [
        ("status=pending&status=cancelled", {"pending", "cancelled"}),
        ("status=pending&status=pending", {"pending"}),
        ("status=pending&status=", {"pending"}),
        ("status=", {"pending", "processing", "cancelled"}),
        ("status=&status=", {"pending", "processing", "cancelled"}),
        ("status=shipped&status=delivered", set()),
        (
            "status=pending&status=processing&status=cancelled&status=shipped",
            {"pending", "processing", "cancelled"},
        ),
    ],
)
@pytest.mark.parametrize("address", [ORDERS, ALL_ORDERS])
def test_orders_in_any_of_several_statuses(
    customer_api: APIClient,
    staff_api: APIClient,
    orders: dict[str, int],
    address: str,
    query: str,
    statuses: set,
):
    client = customer_api if address == ORDERS else staff_api

    body = client.get(f"{address}?{query}").json()

    assert {row["id"] for row in body["results"]} == {orders[status] for status in statuses}
    assert body["count"] == len(statuses)


@pytest.mark.parametrize("query", ["status=pending&status=lost", "status=pending,cancelled", "status=null"])
def test_status_that_does_not_exist_is_refused_among_others(customer_api: APIClient, query: str):
    response = customer_api.get(f"{ORDERS}?{query}")

    assert refusal_of(response) == (400, "invalid_query", [("invalid_choice", "status")])


def test_pages_of_several_statuses_lead_to_each_other(customer_api: APIClient, orders: dict[str, int]):
    first = customer_api.get(f"{ORDERS}?status=pending&status=cancelled&cursor=&page_size=1").json()
    second = customer_api.get(first["next"]).json()

    shown = [row["id"] for row in [*first["results"], *second["results"]]]
    assert shown == [orders["cancelled"], orders["pending"]]
    assert second["next"] is None


def test_cursor_belongs_to_all_statuses_of_its_list(customer_api: APIClient, orders: dict[str, int]):
    link = customer_api.get(f"{ORDERS}?status=pending&status=cancelled&cursor=&page_size=1").json()["next"]

    response = customer_api.get(link.replace("status=pending&", ""))

    assert refusal_of(response) == (400, "invalid_query", [("invalid", "cursor")])


def test_refusal_of_a_repeated_parameter_is_not_kept_for_others(api: APIClient):
    make_product()
    api.get(f"{PRODUCTS}?page=1&page=1")
    assert api.get(f"{PRODUCTS}?page=1").status_code == 200

    response = api.get(f"{PRODUCTS}?page=1&page=1")

    assert refusal_of(response) == (400, "invalid_query", [("duplicate_parameter", "page")])
