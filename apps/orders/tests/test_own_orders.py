"""A customer's list of their own orders."""

from datetime import UTC, datetime

import pytest
import time_machine
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_product
from apps.core.tests.answers import on_the_wire, problem, problem_of, refusal_of
from apps.orders.models import Order
from apps.orders.tests.factories import make_order, make_order_in
from apps.orders.tests.order_bodies import plain_row
from apps.users.models import User

URL = "/api/v1/orders/"
JANUARY, FEBRUARY, MARCH = (datetime(2026, month, 1, 12, tzinfo=UTC) for month in (1, 2, 3))


def test_list_shows_rows_with_a_count_of_lines_and_no_history(customer_api: APIClient, customer: User):
    mug, lamp = make_product(price="1.25", stock=10), make_product(price="2.00", stock=10)
    with time_machine.travel(JANUARY, tick=False):
        order = make_order(customer, {mug: 2, lamp: 5})

    response = customer_api.get(URL)

    assert response.status_code == 200
    assert response.json() == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [
            {
                "id": order.pk,
                "status": "pending",
                **plain_row("12.50"),
                "items_count": 2,
                "allowed_statuses": ["cancelled"],
                "tracking_number": None,
                "invoice_url": f"http://testserver{URL}{order.pk}/invoice/",
                "created_at": on_the_wire(JANUARY),
                "updated_at": on_the_wire(JANUARY),
            }
        ],
    }


def test_list_of_a_newcomer_is_empty(customer_api: APIClient, other_customer: User):
    make_order(other_customer)

    response = customer_api.get(URL)

    assert response.json() == {"count": 0, "next": None, "previous": None, "results": []}


def test_list_holds_nobody_else_s_orders_newest_first(
    customer_api: APIClient, customer: User, other_customer: User
):
    first, _foreign, second = make_order(customer), make_order(other_customer), make_order(customer)

    assert ids(customer_api) == [second.pk, first.pk]


def test_staff_s_own_list_holds_their_own_orders_only(staff_api: APIClient, staff: User, customer: User):
    make_order(customer)
    own = make_order(staff)

    response = staff_api.get(URL)

    assert [row["id"] for row in response.json()["results"]] == [own.pk]
    assert response.json()["results"][0]["allowed_statuses"] == ["processing", "cancelled"]


def test_orders_of_the_same_moment_stand_newest_first(customer_api: APIClient, customer: User):
    with time_machine.travel(JANUARY, tick=False):
        orders = [make_order(customer).pk for _ in range(5)]

    assert ids(customer_api) == orders[::-1]


FOUND = {
    "": ["march", "february", "january"],
    "?status=pending": ["march"],
    "?status=processing": ["february"],
    "?status=cancelled": ["january"],
    "?status=shipped": [],
    "?created_after=2026-02-01T12:00:00Z": ["march", "february"],
    "?created_after=2026-02-01T12:00:00.000001Z": ["march"],
    "?created_before=2026-02-01T12:00:00Z": ["february", "january"],
    "?created_before=2026-02-01T11:59:59Z": ["january"],
    "?created_before=2026-02-01T15:00:00%2B03:00": ["february", "january"],
    "?created_after=2026-01-15T00:00:00Z&created_before=2026-02-15T00:00:00Z": ["february"],
    "?created_after=2026-02-01T12:00:00": ["march", "february"],
    "?ordering=created_at": ["january", "february", "march"],
    "?ordering=-created_at": ["march", "february", "january"],
    "?status=&created_after=&created_before=&ordering=&page=&page_size=": ["march", "february", "january"],
}


def test_list_holds_what_its_filters_ask_for(customer_api: APIClient, customer: User, staff: User):
    names = {}
    for name, status, moment in [
        ("february", "processing", FEBRUARY),
        ("march", "pending", MARCH),
        ("january", "cancelled", JANUARY),
    ]:
        with time_machine.travel(moment, tick=False):
            names[make_order_in(status, customer, moved_by=staff).pk] = name

    found = {query: [names[order_id] for order_id in ids(customer_api, query)] for query in FOUND}

    assert found == FOUND


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("user=1", ("unknown_parameter", "user")),
        ("search=x", ("unknown_parameter", "search")),
        ("total_min=1", ("unknown_parameter", "total_min")),
        ("statuss=pending", ("unknown_parameter", "statuss")),
        ("status=lost", ("invalid_choice", "status")),
        ("status=null", ("invalid_choice", "status")),
        ("created_after=yesterday", ("invalid", "created_after")),
        ("created_before=2026-13-01T00:00:00Z", ("invalid", "created_before")),
        ("ordering=user", ("invalid_choice", "ordering")),
        ("ordering=created_at,password", ("invalid_choice", "ordering")),
        ("page=x", ("invalid", "page")),
        ("page_size=101", ("invalid", "page_size")),
    ],
)
def test_query_that_cannot_be_understood_is_refused(
    customer_api: APIClient, query: str, fault: tuple[str, str]
):
    response = customer_api.get(f"{URL}?{query}")

    assert refusal_of(response) == (400, "invalid_query", [fault])


def test_refusal_names_every_parameter_in_the_reader_s_language(customer_api: APIClient):
    response = customer_api.get(f"{URL}?b=1&a=2", headers={"Accept-Language": "en"})

    detail = "Unknown parameter."
    assert problem_of(response) == problem(
        400,
        "invalid_query",
        "Some query parameters are unknown or invalid.",
        errors=[
            {"code": "unknown_parameter", "detail": detail, "parameter": "a"},
            {"code": "unknown_parameter", "detail": detail, "parameter": "b"},
        ],
    )


@pytest.mark.parametrize("path", ["", "invoice/", "jobs/"])
def test_one_order_takes_no_parameters(customer_api: APIClient, customer: User, path: str):
    response = customer_api.get(f"{URL}{make_order(customer).pk}/{path}?status=pending")

    assert refusal_of(response) == (400, "invalid_query", [("unknown_parameter", "status")])


def test_pages_hold_every_order_once_and_keep_the_filters(customer_api: APIClient, customer: User):
    product = make_product()
    orders = [make_order(customer, {product: 1}).pk for _ in range(5)]

    first = customer_api.get(f"{URL}?status=pending&page_size=2").json()
    second = customer_api.get(first["next"]).json()
    third = customer_api.get(second["next"]).json()

    assert (first["count"], first["previous"], third["next"]) == (5, None, None)
    assert first["next"] == f"http://testserver{URL}?page=2&page_size=2&status=pending"
    assert second["previous"] == f"http://testserver{URL}?page_size=2&status=pending"
    pages = [[row["id"] for row in page["results"]] for page in (first, second, third)]
    assert pages == [[orders[4], orders[3]], [orders[2], orders[1]], [orders[0]]]


def test_page_holds_twenty_orders_unless_told_otherwise(customer_api: APIClient, customer: User):
    product = make_product()
    for _ in range(21):
        make_order(customer, {product: 1})

    assert [len(ids(customer_api, query)) for query in ("", "?page=2", "?page_size=100")] == [20, 1, 21]


def test_page_beyond_the_end_is_not_there(customer_api: APIClient, customer: User):
    make_order(customer)

    response = customer_api.get(f"{URL}?page=2")

    assert refusal_of(response) == (404, "not_found", [])


def test_order_of_thousands_of_pieces_counts_its_lines(customer_api: APIClient, customer: User):
    order = make_order(customer, {make_product(stock=5000): 5000})

    rows = customer_api.get(URL).json()["results"]

    assert [(row["id"], row["items_count"]) for row in rows] == [(order.pk, 1)]
    assert Order.objects.get().items.get().quantity == 5000


def ids(client: APIClient, query: str = "") -> list[int]:
    response = client.get(f"{URL}{query}")
    assert response.status_code == 200
    return [row["id"] for row in response.json()["results"]]
