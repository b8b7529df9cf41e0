"""Reads of orders are kept for a minute, for each reader apart, and dropped with every write."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_product
from apps.jobs.runner import run_due_jobs
from apps.orders.models import Order
from apps.orders.tests.factories import make_order, make_order_in
from apps.shipments.carrier_emulator import CarrierEmulator
from apps.users.models import User
from conftest import signed_in

OWN, ALL = "/api/v1/orders/", "/api/v1/admin/orders/"
pytestmark = pytest.mark.django_db(transaction=True)  # caches are dropped on commit


@pytest.fixture
def order(customer: User, staff: User) -> Order:
    return make_order_in("processing", customer, moved_by=staff)


@pytest.fixture
def reads(order: Order, customer_api: APIClient, staff_api: APIClient) -> Callable[[], list[Any]]:
    """Return a function that reads the order in every place that shows it."""
    places = [
        (customer_api, OWN),
        (customer_api, f"{OWN}{order.pk}/"),
        (staff_api, ALL),
        (staff_api, f"{ALL}?status={order.status}"),
        (staff_api, f"{OWN}{order.pk}/"),
    ]

    def read() -> list[Any]:
        answers = [client.get(address) for client, address in places]
        assert [answer.status_code for answer in answers] == [200] * len(places)
        return [answer.json() for answer in answers]

    return read


def test_second_read_asks_for_no_orders(reads: Callable[[], list[Any]]):
    first = reads()

    with CaptureQueriesContext(connection) as queries:
        second = reads()

    assert second == first
    assert [query["sql"] for query in queries if "orders_" in query["sql"]] == []


def test_read_is_at_most_a_minute_old(order: Order, customer: User):
    start = timezone.now()
    address = f"{OWN}{order.pk}/"
    with time_machine.travel(start, tick=False) as traveller:
        client = signed_in(customer)
        before = client.get(address).json()
        write_behind_the_store_s_back(order, tracking_number="EM1")
        traveller.shift(59)
        kept = client.get(address).json()
        traveller.shift(1)
        fresh = client.get(address).json()

    assert before["tracking_number"] is None
    assert kept == before
    assert fresh == {**before, "tracking_number": "EM1"}


def place_another(order: Order, staff_api: APIClient, office: Client) -> None:
    response = signed_in(order.user).post(OWN, {"items": [{"product_id": make_product().pk, "quantity": 1}]})
    assert response.status_code == 201


def move_it_by_the_api(order: Order, staff_api: APIClient, office: Client) -> None:
    assert staff_api.patch(f"{OWN}{order.pk}/", {"status": "cancelled"}).status_code == 200


def move_it_in_the_admin(order: Order, staff_api: APIClient, office: Client) -> None:
    chosen = {"action": "mark_shipped", "_selected_action": [order.pk]}
    assert office.post("/admin/orders/order/", chosen).status_code == 200


def update_in_bulk(order: Order, staff_api: APIClient, office: Client) -> None:
    Order.objects.filter(pk=order.pk).update(tracking_number="EM1")


def bulk_update(order: Order, staff_api: APIClient, office: Client) -> None:
    order.tracking_number = "EM1"
    Order.objects.bulk_update([order], ["tracking_number"])


@pytest.mark.parametrize(
    "write", [place_another, move_it_by_the_api, move_it_in_the_admin, update_in_bulk, bulk_update]
)
@pytest.mark.parametrize("place", ["own list", "staff's list"])
def test_every_write_shows_in_the_next_list(
    order: Order, client: Client, staff: User, place: str, write: Callable[..., None]
):
    reader, address = {
        "own list": (signed_in(order.user), OWN),
        "staff's list": (signed_in(staff), ALL),
    }[place]
    client.force_login(staff)
    before = reader.get(address)

    write(order, signed_in(staff), client)
    after = reader.get(address)

    assert after.json() != before.json()
    assert after["ETag"] != before["ETag"]
    assert after.json() == uncached(reader, address)


@pytest.mark.parametrize("write", [move_it_by_the_api, move_it_in_the_admin, update_in_bulk, bulk_update])
@pytest.mark.parametrize("role", ["owner", "staff"])
def test_every_write_shows_in_the_next_details(
    order: Order, client: Client, staff: User, role: str, write: Callable[..., None]
):
    reader = signed_in({"owner": order.user, "staff": staff}[role])
    address = f"{OWN}{order.pk}/"
    client.force_login(staff)
    before = reader.get(address).json()

    write(order, signed_in(staff), client)
    after = reader.get(address).json()

    assert after != before
    assert after == uncached(reader, address)


def test_tracking_number_shows_as_soon_as_the_carrier_gave_it(
    reads: Callable[[], list[Any]], order: Order, staff_api: APIClient, customer_api: APIClient, settings
):
    carrier = CarrierEmulator()
    carrier.start()
    settings.SHIPPING_API_URL = carrier.url
    staff_api.patch(f"{OWN}{order.pk}/", {"status": "shipped"})
    before = customer_api.get(f"{OWN}{order.pk}/").json(), customer_api.get(OWN).json()["results"][0]

    run_due_jobs()
    after = customer_api.get(f"{OWN}{order.pk}/").json(), customer_api.get(OWN).json()["results"][0]

    carrier.stop()
    (number,) = carrier.parcels.values()
    assert [shown["tracking_number"] for shown in (*before, *after)] == [None, None, number, number]


def test_new_name_of_a_person_shows_in_the_next_read(
    reads: Callable[[], list[Any]], order: Order, staff: User
):
    reads()
    order.user.username = "katharina"
    order.user.email = "katharina@example.com"
    order.user.save()
    staff.username = "boris"
    staff.save(update_fields=["username"])

    _own, own_details, rows, _filtered, details = reads()

    user = {"id": order.user_id, "username": "katharina", "email": "katharina@example.com"}
    assert [step["changed_by"] for step in own_details["history"]] == ["katharina", "staff"]
    assert [step["changed_by"] for step in details["history"]] == ["katharina", "boris"]
    assert (rows["results"][0]["user"], details["user"]) == (user, user)


def test_change_that_is_taken_back_is_never_shown(
    customer_api: APIClient, order: Order, staff_api: APIClient
):
    before = customer_api.get(f"{OWN}{order.pk}/").json()

    refused = staff_api.patch(f"{OWN}{order.pk}/", {"status": "delivered"})

    assert refused.status_code == 409
    assert customer_api.get(f"{OWN}{order.pk}/").json() == before


def test_signing_in_drops_nothing(reads: Callable[[], list[Any]], customer: User, client: Client):
    reads()
    client.force_login(customer)  # writes last_login

    with CaptureQueriesContext(connection) as queries:
        reads()

    assert [query["sql"] for query in queries if "orders_" in query["sql"]] == []


@pytest.mark.parametrize("address", [OWN, ALL, "details"])
def test_reader_who_has_the_answer_is_told_that_it_still_holds(
    order: Order, staff_api: APIClient, customer_api: APIClient, address: str
):
    client = staff_api if address == ALL else customer_api
    address = f"{OWN}{order.pk}/" if address == "details" else address
    first = client.get(address)

    still = client.get(address, headers={"If-None-Match": first["ETag"]})
    one_of_several = client.get(address, headers={"If-None-Match": f'"other", {first["ETag"]}'})
    stale = client.get(address, headers={"If-None-Match": '"other"'})
    staff_api.patch(f"{OWN}{order.pk}/", {"status": "shipped"})
    changed = client.get(address, headers={"If-None-Match": first["ETag"]})

    assert first["ETag"].startswith('"')
    assert (first["Cache-Control"], "Authorization" in first["Vary"]) == ("private, no-cache", True)
    assert (still.status_code, still.content, still["ETag"]) == (304, b"", first["ETag"])
    assert one_of_several.status_code == 304
    assert (stale.status_code, stale.json()) == (200, first.json())
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


@pytest.mark.parametrize("query", ["", "?page_size=1", "?page_size=1&page=2", "?status=pending"])
def test_every_query_is_kept_for_itself(customer_api: APIClient, order: Order, query: str):
    make_order(order.user)
    everything = [customer_api.get(f"{OWN}{each}") for each in ("", "?page_size=1", "?status=shipped")]

    assert customer_api.get(f"{OWN}{query}").json() == uncached(customer_api, f"{OWN}{query}")
    assert len({answer["ETag"] for answer in everything}) == 3


def uncached(client: APIClient, address: str) -> Any:
    """Return what the database has to say, under an address that nobody has asked for before."""
    host = "localhost"
    text = client.get(address, headers={"Host": host}).content.decode()
    return json.loads(text.replace(f"http://{host}/", "http://testserver/"))


def write_behind_the_store_s_back(order: Order, *, tracking_number: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_order SET tracking_number = %s WHERE id = %s", [tracking_number, order.pk]
        )
