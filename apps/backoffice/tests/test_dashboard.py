"""The dashboard of the admin: statistics and tasks, as far as each member of staff may see them."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import override

from apps.backoffice.sales import Tally
from apps.catalog.models import Product
from apps.catalog.tests.factories import make_category, make_product
from apps.jobs.tests.factories import make_job
from apps.orders.models import Order, OrderItem
from apps.orders.tests.factories import make_order, make_order_in
from apps.store.configuration_cache import current_configuration
from apps.store.models import TaxClass, TaxRate

PAGE = reverse("admin:index")
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# Session and user; sales; four of orders that wait; two of products; the version of the configuration; three
# of jobs; what the user did last.
QUERIES = 18
QUERIES_KEPT = QUERIES - 4  # sales and products are kept for a while

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def shop(customer, staff):
    """Sell tea for 10 and mugs for 100: today, yesterday, nine days and forty days ago."""
    with time_machine.travel(NOON - 50 * DAY, tick=False):
        tea, mug = make_product(name="Tea", price="10", stock=100), make_product(price="100", stock=1000)
    for ago, status, bought in (
        (40 * DAY, "delivered", {mug: 7}),
        (9 * DAY, "delivered", {mug: 3}),
        (DAY, "processing", {tea: 50}),
        (DAY, "cancelled", {mug: 5}),
        (2 * MINUTE, "pending", {tea: 40}),
        (MINUTE, "cancelled", {tea: 1}),
    ):
        with time_machine.travel(NOON - ago, tick=False):
            make_order_in(status, customer, bought, moved_by=staff)
    return tea, mug


def look(client, **headers):
    with time_machine.travel(NOON, tick=False):
        return client.get(PAGE, headers={"accept-language": "en", **headers})


def test_periods_are_compared_with_those_before(office, shop):
    periods = look(office).context["sales"].periods

    assert [(period.days, period.now, period.before) for period in periods] == [
        (1, Tally(2, 1, Decimal(400)), Tally(2, 1, Decimal(500))),
        (7, Tally(4, 2, Decimal(900)), Tally(1, 0, Decimal(300))),
        (30, Tally(5, 2, Decimal(1200)), Tally(1, 0, Decimal(700))),
    ]
    assert (periods[2].now.average_basket, periods[2].now.cancelled_percent) == (400, 40)
    assert (periods[0].before.average_basket, periods[0].before.cancelled_percent) == (500, 50)


def test_shop_without_orders_has_a_dashboard(office):
    response = look(office)

    assert response.status_code == 200
    periods = response.context["sales"].periods
    assert {(period.now.average_basket, period.now.cancelled_percent) for period in periods} == {(None, None)}
    assert response.text.count("—") == 12


def test_charts_show_what_their_tables_do(office, shop):
    response = look(office)

    days, chart = response.context["sales"].days, response.context["days_chart"]
    assert [(day.isoformat(), tally.orders) for day, tally in days if tally.orders] == [
        ("2026-03-22", 1),
        ("2026-03-30", 2),
        ("2026-03-31", 2),
    ]
    assert [bar.height for bar in chart.bars if bar.height] == [80, 160, 160]
    assert [point for point in chart.line.split() if not point.endswith(",160")] == [
        "492,64",
        "684,0",
        "708,32",
    ]
    assert [
        (bar.stands_for.value, bar.number, bar.width) for bar in response.context["statuses_chart"].bars
    ] == [
        ("pending", 1, 200),
        ("processing", 1, 200),
        ("shipped", 0, 0),
        ("delivered", 1, 200),
        ("cancelled", 2, 400),
    ]
    assert response.text.count('<svg class="chart ') == response.text.count('role="img"') == 2


@pytest.mark.parametrize("language", ["en", "ru"])
def test_charts_are_drawn_alike_in_every_language(office, shop, language):
    page = look(office, **{"accept-language": language}).text

    assert '<rect class="bar" x="674" y="0" width="20" height="160">' in page
    assert 'style="' not in page
    assert "<script>" not in page


def test_orders_in_another_currency_are_left_out(office, shop):
    Order.objects.filter(status="delivered").update(currency="USD")

    response = look(office)

    month = response.context["sales"].periods[2]
    assert (month.now, month.before) == (Tally(4, 2, Decimal(900)), Tally(0, 0, Decimal(0)))
    assert [product.units for product in response.context["goods"].best] == [90]


def test_day_is_one_of_the_stores_time_zone(office, customer, settings):
    settings.TIME_ZONE = "Europe/Moscow"  # where 21:30 of UTC is half past midnight
    with time_machine.travel(datetime(2026, 3, 30, 21, 30, tzinfo=UTC), tick=False):
        make_order(customer)
    with time_machine.travel(datetime(2026, 3, 30, 20, 30, tzinfo=UTC), tick=False):
        make_order(customer)

    today = look(office).context["sales"].periods[0]

    assert (today.now.orders, today.before.orders) == (1, 1)


def test_products_that_sell_best_and_that_run_out(office, shop):
    tea, mug = shop
    goods = look(office).context["goods"]

    # 90 of tea in 30 days leave 10, which last three days and a third; mugs last for years.
    assert [(product.id, product.units, product.revenue) for product in goods.best] == [
        (tea.pk, 90, 900),
        (mug.pk, 3, 300),
    ]
    assert [(product.id, product.stock, product.units_a_day) for product in goods.ending] == [(tea.pk, 10, 3)]
    assert round(goods.ending[0].days_left, 2) == Decimal("3.33")


def test_what_a_product_brought_in_is_told_after_discounts(office, shop):
    tea, _mug = shop
    OrderItem.objects.filter(product=tea, quantity=50).update(discount=Decimal("0.51"))

    goods = look(office).context["goods"]

    assert [product.revenue for product in goods.best] == [Decimal("899.49"), 300]


def test_where_many_are_sold_fewer_days_are_looked_at(office, shop, monkeypatch):
    tea, _mug = shop
    monkeypatch.setattr(
        "apps.backoffice.bestsellers.MOST_ORDERS", 4
    )  # the last one left out is nine days old

    response = look(office)

    goods = response.context["goods"]
    assert goods.days == 9
    assert [(product.id, product.units, product.units_a_day) for product in goods.best] == [(tea.pk, 90, 10)]
    assert "Top products of the last 9 days" in response.text
    assert "At the rate of the last 9 days" in response.text


def test_product_that_is_not_sold_any_more_does_not_run_out(office, shop):
    Product.objects.update(is_active=False)

    goods = look(office).context["goods"]

    assert (len(goods.best), goods.ending) == (2, [])


def test_orders_that_wait_longest_come_first(office, customer, staff):
    for minutes, status in ((30, "shipped"), (20, "pending"), (25, "processing"), (40, "cancelled")):
        with time_machine.travel(NOON - minutes * MINUTE, tick=False):
            make_order_in(status, customer, moved_by=staff)

    response = look(office)

    waiting = response.context["waiting_orders"]
    assert [order.status for order in waiting] == ["processing", "pending"]
    assert "<td>25\xa0minutes</td>" in response.text


def test_what_needs_doing_comes_first(office, shop, customer, staff):
    make_order(customer)
    paid = make_order_in("processing", customer, moved_by=staff)
    Order.objects.filter(pk=paid.pk).update(payment_status="paid", needs_look="amount_mismatch")
    for _time in range(3):
        make_job("invoice", status="failed", last_error="Oh")

    response = look(office)

    orders = "/admin/orders/order/?"
    with override("en"):
        tasks = [(str(task.title), task.count, task.address) for task in response.context["tasks"]]
    assert tasks == [
        ("To process", 2, "/admin/orders/order/?status__exact=pending"),
        ("To ship", 2, "/admin/orders/order/?status__exact=processing"),
        ("Unpaid", 2, f"{orders}status__exact=pending&payment_status__exact=unpaid"),
        ("Paid, to ship", 1, f"{orders}status__exact=processing&payment_status__exact=paid"),
        ("Payments to look into", 1, f"{orders}needs_look=yes"),
        ("Failed jobs", 3, "/admin/jobs/job/?status__exact=failed"),
        ("Running out", 1, "#ending-heading"),
    ]
    shown = [len(office.get(address).context["cl"].result_list) for _title, _count, address in tasks[:5]]
    assert shown == [count for _title, count, _address in tasks[:5]]
    headings = re.findall(r'<h2 id="(\w+)-heading">', response.text)
    assert headings == ["tasks", "waiting", "jobs", "ending", "sales", "best"]


def test_where_more_run_out_than_are_shown_the_number_says_so(office, customer):
    for _product in range(11):
        make_order(customer, {make_product(stock=2): 2})

    ending = look(office).context["tasks"][-1]

    assert str(ending.count) == "10+"


def test_many_waiting_orders_are_not_counted_to_the_end(office, customer, monkeypatch):
    monkeypatch.setattr("apps.core.admin.changelists.MOST_COUNTED", 2)
    for _order in range(3):
        make_order(customer)

    assert "<strong>2+</strong> To process" in look(office).text


def test_menu_stands_beside_the_figures_and_on_a_phone_above_them(office):
    page = look(office).text

    menu, _nothing, rest = page.partition('<div class="front-page">')
    assert 'id="nav-sidebar"' in menu
    assert '<nav class="store-menu" aria-label="Menu">' in menu
    assert 'href="/admin/orders/order/">Orders</a>' in menu
    assert rest.index('id="tasks-heading"') < rest.index('id="sales-heading"')


def test_failed_and_late_jobs_are_told(office):
    with time_machine.travel(NOON - 6 * MINUTE, tick=False):
        make_job("shipment")
        make_job("invoice", status="failed", last_error="Traceback:\nOSError: <disk> full\n")
    with time_machine.travel(NOON - 4 * MINUTE, tick=False):
        make_job("message")  # which somebody may begin any moment

    response = look(office)

    kinds = response.context["jobs"].kinds
    assert [(kind.kind, kind.failed, kind.late) for kind in kinds] == [("invoice", 1, 0), ("shipment", 0, 1)]
    assert "OSError: &lt;disk&gt; full" in response.text


@pytest.mark.parametrize(
    ("permissions", "shown"),
    [
        ([], set()),
        (["view_order"], {"tasks", "sales", "waiting"}),
        (["view_product"], {"tasks", "ending"}),
        (["view_order", "view_product"], {"tasks", "sales", "waiting", "ending", "best"}),
        (["view_job"], {"tasks", "jobs"}),
    ],
)
def test_everybody_sees_what_they_may_see_elsewhere(client, make_user, shop, permissions, shown):
    clerk = make_user(is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(clerk)

    page = look(client).text

    headings = {"tasks", "sales", "waiting", "ending", "best", "jobs"}
    assert {name for name in headings if f'<h2 id="{name}-heading">' in page} == shown


def test_page_takes_as_many_queries_for_many_rows(office, shop, customer, django_assert_num_queries):
    for _round in range(2):
        cache.clear()
        current_configuration()
        with django_assert_num_queries(QUERIES):
            look(office)
        with django_assert_num_queries(QUERIES_KEPT):
            look(office)
        with time_machine.travel(NOON - MINUTE, tick=False):
            for product in shop:
                make_order(customer, {product: 1, make_product(stock=2): 2})
                make_job(f"kind of {product.pk}", status="failed", last_error="Oh")


@pytest.mark.parametrize(
    ("days_left", "is_used", "is_followed", "is_warned"),
    [
        (30, True, False, True),
        (0, True, False, True),
        (-1, True, False, True),  # it has ended
        (31, True, False, False),
        (30, False, False, False),
        (30, True, True, False),
    ],
)
def test_rate_in_use_that_ends_without_another_is_told(office, days_left, is_used, is_followed, is_warned):
    books = TaxClass.objects.create(code="books", name_ru="Книги", name_en="Books")
    last = (NOON + days_left * DAY).date()
    TaxRate.objects.create(tax_class=books, country="RU", rate=10, valid_from=date(2020, 1, 1), valid_to=last)
    if is_followed:
        TaxRate.objects.create(tax_class=books, country="RU", rate=None, valid_from=last + DAY)
    if is_used:
        make_product(category=make_category(tax_class=books))

    page = look(office).text

    assert ("Tax rates that end" in page) is is_warned
    if is_warned:
        with override("en"):
            told = f"no rate from {date_format(last + DAY)} on"
        assert f'<a href="{reverse("admin:store_taxclass_change", args=[books.pk])}">Books</a>, RU: ' in page
        assert told in page
