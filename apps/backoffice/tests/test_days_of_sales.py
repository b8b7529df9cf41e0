"""The dashboard and the page of a product count by the days of the store, whatever its clocks do."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from apps.catalog.admin.product_detail import Sales, latest_sales
from apps.catalog.tests.factories import make_product
from apps.core.days import end_of_day, start_of_day
from apps.orders.models import Order
from apps.orders.tests.factories import make_order

PAGE = reverse("admin:index")
MOMENT, DAY = timedelta(microseconds=1), timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def figures(client, staff):
    """Return a function that reads the figures of the dashboard at a moment."""
    client.force_login(staff)

    def read(moment):
        with time_machine.travel(moment, tick=False):
            return client.get(PAGE).context

    return read


def place(customer, product, *moments):
    for moment in moments:
        Order.objects.filter(pk=make_order(customer, {product: 1}).pk).update(created_at=moment)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Moscow", date(2026, 1, 1)),
        ("Asia/Kolkata", date(2026, 1, 1)),
        ("America/New_York", date(2026, 3, 8)),  # 23 hours
        ("America/New_York", date(2026, 11, 1)),  # 25 hours
        ("Africa/Cairo", date(2024, 4, 26)),  # has no midnight
    ],
)
def test_order_counts_for_the_day_of_the_store_on_which_it_was_placed(settings, figures, customer, zone, day):
    settings.TIME_ZONE = zone
    tea = make_product(price="10.00", stock=100)
    first, last = start_of_day(day), end_of_day(day) - MOMENT
    place(customer, tea, first - MOMENT, first, last)

    before_midnight, at_midnight = figures(last), figures(last + MOMENT)

    sales = before_midnight["sales"]
    assert {day: tally.orders for day, tally in sales.days if tally.orders} == {day - DAY: 1, day: 2}
    assert (sales.periods[0].now.orders, sales.periods[0].before.orders) == (2, 1)
    assert at_midnight["sales"].periods[0].now.orders == 0
    assert at_midnight["sales"].periods[0].before.orders == 2


def test_sales_of_the_dashboard_and_of_the_product_are_those_of_the_same_days(settings, figures, customer):
    settings.TIME_ZONE = "Europe/Moscow"
    tea = make_product(price="10.00", stock=100)
    now = datetime(2025, 12, 31, 22, 30, tzinfo=UTC)
    first = start_of_day(date(2025, 12, 3))  # of thirty days that end on 1 January
    for moment in (first - MOMENT, first, now):
        with time_machine.travel(moment, tick=False):
            make_order(customer, {tea: 1})

    (product,) = figures(now)["goods"].best
    with time_machine.travel(now, tick=False):
        sales = latest_sales(tea)

    assert product.units == 2
    assert sales == Sales(pieces=2, is_whole=True)


def test_figures_of_another_time_zone_are_not_shown(settings, figures, customer):
    settings.TIME_ZONE = "Europe/Moscow"
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    place(customer, make_product(stock=100), datetime(2025, 12, 31, 22, 30, tzinfo=UTC))
    assert figures(noon)["sales"].periods[0].now.orders == 1

    settings.TIME_ZONE = "Europe/Berlin"
    place(customer, make_product(stock=100), datetime(2025, 12, 31, 22, 30, tzinfo=UTC))

    assert figures(noon)["sales"].periods[0].now.orders == 0
