"""Bare dates, documents and the admin go by the days of the store; moments in the API stay in UTC."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from pypdf import PdfReader
from rest_framework.test import APIClient

from apps.core.tests.answers import refusal_of
from apps.orders.invoices import drawn
from apps.orders.models import Order
from apps.orders.tests.factories import make_order
from apps.users.models import User

URL = "/api/v1/orders/"
PLACED = {  # in Moscow: on the last day of the year, at its last moment, in the first hours of the next one
    "noon": datetime(2025, 12, 31, 9, tzinfo=UTC),
    "late": datetime(2025, 12, 31, 20, 59, 59, 999_999, tzinfo=UTC),
    "midnight": datetime(2025, 12, 31, 21, tzinfo=UTC),
    "party": datetime(2025, 12, 31, 22, 30, tzinfo=UTC),
    "morning": datetime(2026, 1, 1, 9, tzinfo=UTC),
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def moscow(settings) -> None:
    settings.TIME_ZONE = "Europe/Moscow"


@pytest.fixture
def orders(moscow: None, customer: User) -> dict[str, Order]:
    """Place an order at each of the moments."""
    placed = {}
    for name, moment in PLACED.items():
        with time_machine.travel(moment, tick=False):
            placed[name] = make_order(customer)
    return placed


@pytest.fixture
def found(customer_api: APIClient, orders: dict[str, Order]) -> Callable[[str], list[str]]:
    """Return a function that names the orders that a query finds."""
    names = {order.pk: name for name, order in orders.items()}
    return lambda query: [
        names[row["id"]] for row in customer_api.get(f"{URL}?ordering=created_at&{query}").json()["results"]
    ]


DAYS = {
    "created_before=2025-12-31": ["noon", "late"],
    "created_after=2026-01-01": ["midnight", "party", "morning"],
    "created_after=2025-12-31": [*PLACED],
    "created_after=2026-01-01&created_before=2026-01-01": ["midnight", "party", "morning"],
    "created_after=2026-01-02": [],
    "created_before=2025-12-30": [],
    "updated_since=2026-01-01": ["midnight", "party", "morning"],
    "created_before=9999-12-31": [*PLACED],
    "created_after=0001-01-01": [*PLACED],
    "created_after=2025-12-31T22:30:00Z": ["party", "morning"],
    "created_before=2025-12-31T22:30:00Z": ["noon", "late", "midnight", "party"],
    "created_after=2026-01-01T01:30:00": ["party", "morning"],
    "created_after=2026-01-01T01:30": ["party", "morning"],
    "created_after=2026-01-01T01:30:00.000000001%2B03:00": ["party", "morning"],
    "created_after=2025-12-31T17:30:00-05:00": ["party", "morning"],
}


def test_bare_date_is_the_whole_of_a_day_of_the_store(found: Callable[[str], list[str]]):
    assert {query: found(query) for query in DAYS} == DAYS


HOURS = {
    "created_after=2026-11-01T01:30:00": [5, 6, 7],
    "updated_since=2026-11-01T01:30:00": [5, 6, 7],
    "created_before=2026-11-01T01:30:00": [4, 5, 6],
    "created_after=2026-11-01T01:30&created_before=2026-11-01T01:30": [5, 6],
    "created_before=2026-11-01T01:30:00-04:00": [4, 5],
    "created_after=2026-11-01T01:30:00-05:00": [6, 7],
}


def test_hour_that_the_clocks_show_twice_is_found_from_both_sides(
    customer_api: APIClient, customer: User, settings
):
    settings.TIME_ZONE = "America/New_York"
    for hour in (4, 5, 6, 7):
        with time_machine.travel(datetime(2026, 11, 1, hour, 30, tzinfo=UTC), tick=False):
            make_order(customer)

    for query, hours in HOURS.items():
        rows = customer_api.get(f"{URL}?ordering=created_at&{query}").json()["results"]
        assert [row["created_at"] for row in rows] == [f"2026-11-01T0{hour}:30:00Z" for hour in hours], query


def test_staff_find_orders_by_days_too(staff_api: APIClient, orders: dict[str, Order]):
    rows = staff_api.get("/api/v1/admin/orders/?created_before=2025-12-31").json()["results"]

    assert {row["id"] for row in rows} == {orders["noon"].pk, orders["late"].pk}


@pytest.mark.parametrize(
    "wrong",
    [
        *["2026-02-29", "2026-13-01", "2026-1-1", "20260101", "2026-W01-1", "2026-001", "2026", "0000-01-01"],
        *["01.01.2026", "2026/01/01", "%202026-01-01", "2026-01-01%20", "２０２６-01-01", "today", "-1"],
        *["2026-01-01%2012:00:00", "2026-01-01t12:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T12Z"],
        *["2026-01-01T12:00:60Z", "2026-01-01T12:00:00+0300", "2026-01-01T12:00:00 03:00", "2026-01-01Z"],
        *["2026-01-01T12:00:00,5Z", "2026-01-01T12:00:00%2B24:00", "2026-01-01%0A", "1767225600"],
    ],
)
@pytest.mark.parametrize("parameter", ["created_after", "created_before", "updated_since"])
def test_what_is_no_date_is_refused(customer_api: APIClient, parameter: str, wrong: str):
    response = customer_api.get(f"{URL}?{parameter}={wrong}")

    assert refusal_of(response) == (400, "invalid_query", [("invalid", parameter)])


def test_moments_of_the_api_stay_in_utc(
    customer_api: APIClient, staff_api: APIClient, orders: dict[str, Order]
):
    party = orders["party"]
    shown = customer_api.get(f"{URL}{party.pk}/").json()
    jobs = staff_api.get(f"/api/v1/admin/jobs/?subject=order:{party.pk}").json()["results"]
    movements = staff_api.get(
        f"/api/v1/admin/products/{shown['items'][0]['product_id']}/stock-movements/"
    ).json()["results"]

    told = [shown["created_at"], shown["history"][0]["created_at"], *[job["created_at"] for job in jobs]]
    told += [movement["created_at"] for movement in movements]
    assert set(told) == {"2025-12-31T22:30:00Z"}
    for address in ("auth/me/", "auth/sessions/", "products/", "categories/"):
        moments = list(moments_in(customer_api.get(f"/api/v1/{address}").json()))
        assert moments
        assert all(moment.endswith("Z") for moment in moments)


@pytest.mark.parametrize(
    ("language", "date"), [("ru", "Дата: 1 января 2026 г."), ("en", "Date: 1 January 2026")]
)
def test_invoice_has_the_day_of_the_store(moscow: None, customer: User, language: str, date: str):
    with time_machine.travel(PLACED["party"], tick=False):
        order = make_order(customer, language=language)

    text = PdfReader(BytesIO(drawn(order))).pages[0].extract_text()

    assert date in text.replace("\N{NO-BREAK SPACE}", " ")


def test_admin_filters_by_the_days_of_the_store(client: Client, staff: User, orders: dict[str, Order]):
    client.force_login(staff)

    listed = client.get("/admin/orders/order/?created_at_from=2026-01-01&created_at_to=2026-01-01")

    rows = listed.context["cl"].result_list
    assert [row.pk for row in rows] == [orders[name].pk for name in ("morning", "party", "midnight")]
    assert "1 января 2026 г. 1:30" in listed.text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("zone", ["Europe/Moscow", "America/New_York"])
def test_edge_of_the_calendar_is_no_failure_of_the_admin(
    client: Client, staff: User, settings, zone: str, day: str
):
    settings.TIME_ZONE = zone
    client.force_login(staff)

    response = client.get(f"/admin/orders/order/?created_at_from={day}&created_at_to={day}")

    assert response.status_code == 200


def moments_in(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for name, value in node.items() if name.endswith(("_at", "_joined")) and value)
        node = list(node.values())
    for each in node if isinstance(node, list) else ():
        yield from moments_in(each)
