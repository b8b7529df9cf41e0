"""Pages of orders by cursor, one's own and those of staff, while orders are placed and moved."""

import random
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.tests.factories import make_product
from apps.core.tests.answers import refusal_of
from apps.orders.models import Order
from apps.orders.tests.factories import make_order, moved
from conftest import signed_in
from tests.support.parameters import spread

OWN, ALL = "/api/v1/orders/", "/api/v1/admin/orders/"
ORDERS = 8
ORDERINGS = [
    "",
    "created_at",
    "-created_at",
    "updated_at",
    "-updated_at",
    "total_price",
    "-total_price",
    "status",
    "-status",
    "status,-total_price",
    "-status,created_at",
]
LISTS = pytest.mark.parametrize("address", [OWN, ALL])

pytestmark = pytest.mark.django_db(transaction=True)  # caches are dropped on commit


def ids(answer):
    assert answer.status_code == 200
    return [row["id"] for row in answer.json()["results"]]


def walked(client, address, between=lambda: None):
    """Return the ids of the orders from this address on, page after page."""
    seen = []
    while address:
        answer = client.get(address)
        seen += ids(answer)
        address = answer.json()["next"]
        between()
    return seen


@pytest.fixture
def orders(staff):
    """Place orders of which many share a status, a total or a moment."""
    product = make_product(price="10.00", stock=1000)
    orders = [make_order(staff, {product: 1}) for _order in range(ORDERS)]
    chance = random.Random(3)
    for order in orders:
        order.status = chance.choice(["pending", "processing", "shipped"])
        order.total_price = order.items_total = Decimal(chance.choice(["0.00", "10.00", "9999999999999.99"]))
        order.created_at = chance.choice(orders).created_at
        order.updated_at = chance.choice(orders).updated_at
    Order.objects.bulk_update(orders, ["status", "total_price", "items_total", "created_at", "updated_at"])
    return orders


@pytest.mark.parametrize(("ordering", "address"), spread(ORDERINGS, [OWN, ALL]))
def test_cursors_lead_through_the_list(staff_api, orders, address, ordering):
    whole = ids(staff_api.get(address, {"ordering": ordering, "page_size": 100}))

    seen = walked(staff_api, f"{address}?cursor=&page_size=3&ordering={ordering}")

    assert seen == whole
    assert len(seen) == ORDERS


@pytest.mark.parametrize(
    ("ordering", "address"),
    [*spread(ORDERINGS[::2], [OWN, ALL]), *spread(ORDERINGS[1::2], [OWN, ALL], each=0)],
)
def test_orders_that_stay_are_shown_once_while_others_come_and_go(
    staff_api, staff, orders, address, ordering
):
    Order.objects.update(status="processing")
    leaving, staying = orders[::3], {order.pk for order in orders} - {order.pk for order in orders[::3]}
    product = make_product(stock=1000)
    query = f"status=processing&ordering={ordering}"

    def write():
        moved(make_order(staff, {product: 1}), "processing", by=staff)
        if leaving:
            moved(leaving.pop(), "shipped", by=staff)

    whole = [pk for pk in ids(staff_api.get(f"{address}?{query}&page_size=100")) if pk in staying]
    seen = walked(staff_api, f"{address}?{query}&cursor=&page_size=2", between=write)

    assert [pk for pk in seen if pk in staying] == whole
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    "query",
    ["user={user}", "total_min=5", "total_max=10", "search=@example.com", "created_after=2020-01-01"],
)
def test_cursors_go_with_the_filters_of_staff(staff_api, staff, customer, orders, query):
    make_order(customer)
    query = query.format(user=staff.pk)
    whole = ids(staff_api.get(f"{ALL}?{query}&page_size=100"))

    assert walked(staff_api, f"{ALL}?{query}&cursor=&page_size=2") == whole
    assert len(whole) > 2


@LISTS
def test_page_takes_the_same_queries_wherever_it_is(staff_api, orders, address):
    counts = set()
    link = f"{address}?cursor=&page_size=3&ordering=-status"
    while link:
        with CaptureQueriesContext(connection) as queries:
            answer = staff_api.get(link)
        counts.add(len([query for query in queries if "orders_order" in query["sql"]]))
        link = answer.json()["next"]

    assert counts == {1}


@LISTS
def test_page_is_kept_until_something_changes(staff_api, staff, orders, address):
    link = staff_api.get(f"{address}?cursor=&page_size=2&ordering=created_at").json()["next"]
    kept = staff_api.get(link)

    with CaptureQueriesContext(connection) as queries:
        again = staff_api.get(link)
    moved(Order.objects.get(pk=Order.objects.filter(status="pending").first().pk), "cancelled", by=staff)
    with CaptureQueriesContext(connection) as fresh:
        staff_api.get(link)

    assert again.content == kept.content
    assert [query for query in queries if "orders_" in query["sql"]] == []
    assert [query for query in fresh if "orders_" in query["sql"]] != []


@pytest.mark.parametrize(("made_for", "used_for"), [(OWN, ALL), (ALL, OWN)])
def test_cursor_of_another_list_is_refused(staff_api, orders, made_for, used_for):
    link = staff_api.get(f"{made_for}?cursor=&page_size=1").json()["next"]

    response = staff_api.get(link.replace(made_for, used_for))

    assert refusal_of(response) == (400, "invalid_query", [("invalid", "cursor")])


@LISTS
def test_cursor_of_somebody_else_is_refused(staff_api, make_user, orders, address):
    link = staff_api.get(f"{address}?cursor=&page_size=1").json()["next"]
    other = make_user(is_staff=True, is_superuser=True)

    response = signed_in(other).get(link)

    assert refusal_of(response) == (400, "invalid_query", [("invalid", "cursor")])


@LISTS
def test_uncounted_page_asks_for_the_rows_alone(staff_api, orders, address):
    counted = staff_api.get(f"{address}?page_size=5&page=2").json()

    with CaptureQueriesContext(connection) as queries:
        uncounted = staff_api.get(f"{address}?page_size=5&page=2&count=false").json()

    assert len([query for query in queries if "orders_order" in query["sql"]]) == 1
    assert counted.pop("count") == ORDERS
    assert uncounted["results"] == counted["results"]
    assert uncounted.keys() == counted.keys()
