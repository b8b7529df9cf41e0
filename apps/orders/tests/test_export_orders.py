"""Orders and their lines as CSV files: the rows of the admin's list."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product
from apps.import_export.tests.export_pages import cells_of, exported
from apps.orders.checkout import PointChoice
from apps.orders.exports import item_rows, order_rows
from apps.orders.models import Order, OrderItem
from apps.orders.tests.checkout_shop import make_method, make_point
from apps.orders.tests.factories import make_order, make_order_in
from apps.orders.tests.full_orders import make_full_order, open_full_shop

LIST = "orders_order"
CREATED = datetime(2026, 3, 1, 9, 30, 0, 120_000, UTC)
CHANGED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def orders(make_user, staff) -> list[Order]:
    """Place an order of two lines by somebody whose name is a formula, and a shipped one."""
    hostile = make_user(username="@SUM(A1)", email="=cmd@example.com")
    tea = make_product(sku="-TEA", name='Чай "Утро", <b>1</b>', price="390.00")
    mug = make_product(sku="MUG", name="Кружка 🫖", price="0.50")
    first = make_order(hostile, {tea: 2, mug: 3})
    second = make_order_in(
        "shipped", make_user(username="olga", email="olga@example.com"), {mug: 1}, moved_by=staff
    )
    Order.objects.update(created_at=CREATED, updated_at=CHANGED)
    Order.objects.filter(pk=second.pk).update(
        tracking_number="+EM1", paid_total=Decimal("20.00"), refunded_total=Decimal("5.00")
    )
    Product.objects.update(name="Renamed", price="1.00")
    return [first, second]


def test_file_of_orders(browser, orders):
    first, second = (order.pk for order in orders)

    assert exported(browser, LIST, "orders").decode() == (
        "id,created_at,updated_at,status,username,email,items_count,total_price,currency,tracking_number,"
        "items_total,discount_total,delivery_price,delivery_discount,tax_total,delivery_method,payment_method,"
        "payment_status,coupon,recipient,phone,country,region,city,postal_code,line1,"
        "paid_total,refunded_total,balance\r\n"
        f"{first},2026-03-01T09:30:00.120000Z,2026-03-02T12:00:00Z,pending,"
        "'@SUM(A1),'=cmd@example.com,2,781.50,RUB,,"
        "781.50,0.00,0.00,0.00,0.00,,,unpaid,,,,,,,,,0.00,0.00,781.50\r\n"
        f"{second},2026-03-01T09:30:00.120000Z,2026-03-02T12:00:00Z,shipped,"
        "olga,olga@example.com,1,0.50,RUB,'+EM1,"
        "0.50,0.00,0.00,0.00,0.00,,,unpaid,,,,,,,,,20.00,5.00,-14.50\r\n"
    )


def test_file_of_lines_has_names_and_prices_as_they_were_ordered(browser, orders):
    first, second = (order.pk for order in orders)
    at = "2026-03-01T09:30:00.120000Z"

    assert exported(browser, LIST, "order-items").decode() == (
        "order_id,created_at,status,sku,name,quantity,price,total,currency,"
        "discount,amount,tax_rate,tax_amount,weight_g\r\n"
        f'{first},{at},pending,\'-TEA,"Чай ""Утро"", <b>1</b>",2,390.00,780.00,RUB,0.00,780.00,,0.00,\r\n'
        f"{first},{at},pending,MUG,Кружка 🫖,3,0.50,1.50,RUB,0.00,1.50,,0.00,\r\n"
        f"{second},{at},shipped,MUG,Кружка 🫖,1,0.50,0.50,RUB,0.00,0.50,,0.00,\r\n"
    )


def test_goods_and_delivery_stand_apart_and_beside_them_who_gets_the_order(browser, customer, settings):
    open_full_shop(settings)
    order = make_full_order(customer)

    (row,) = cells_of(exported(browser, LIST, "orders"))

    assert row[7:] == [
        *("1430.00", "RUB", "", "1200.00", "120.00", "350.00", "0.00", "257.86"),
        *("courier", "invoice", "unpaid", "TEA10", "Анна Смирнова", "'+79123456789"),
        *("RU", "", "Москва", "101000", "Мясницкая, 1"),
        *("0.00", "0.00", "1430.00"),
    ]
    lines = cells_of(exported(browser, LIST, "order-items"))
    assert [line[5:] for line in lines] == [
        ["2", "390.00", "780.00", "RUB", "78.00", "702.00", "22.00", "126.59", "250"],
        ["1", "420.00", "420.00", "RUB", "42.00", "378.00", "22.00", "68.16", ""],
    ]
    assert [line[0] for line in lines] == [str(order.pk)] * 2


def test_order_for_a_pick_up_point_shows_the_point_and_who_collects_it(browser, customer, settings):
    open_full_shop(settings)
    make_method("pickup_point", carrier="boxes", price="100.00")
    make_point(region="=1+1", city="@Химки")
    make_full_order(
        customer, delivery_method="pickup_point", pickup_point=PointChoice("boxes", "MSK1"), coupon=""
    )

    (row,) = cells_of(exported(browser, LIST, "orders"))

    assert row[-11:-3] == [
        *("", "Анна Смирнова", "'+79123456789"),
        *("RU", "'=1+1", "'@Химки", "101000", "Мясницкая, 10"),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status__exact=shipped", [1]),
        ("q=cmd@example.com", [0]),
        ("q=MUG", [0, 1]),
        ("q=MUG&status__exact=pending", [0]),
        ("q=nobody", []),
    ],
)
@pytest.mark.parametrize("kind", ["orders", "order-items"])
def test_filter_and_search_of_the_list_choose_the_orders(browser, orders, kind, query, found):
    ids = [int(number) for number, *_cells in cells_of(exported(browser, LIST, kind, query))]

    assert list(dict.fromkeys(ids)) == [orders[index].pk for index in found]


def test_list_of_orders_has_the_button_and_the_action(browser, orders):
    page = browser.get("/admin/orders/order/?status__exact=pending")

    assert 'href="/admin/orders/order/export/?status__exact=pending"' in page.text
    assert '<option value="export_chosen">' in page.text


@pytest.mark.parametrize("rows", [order_rows, item_rows])
def test_number_of_queries_does_not_grow_with_the_orders(customer, rows, settings):
    def queries_of(number):
        ids = [make_full_order(customer).pk for _time in range(number)]
        with CaptureQueriesContext(connection) as queries:
            assert len(list(rows(ids))) == number * (2 if rows == item_rows else 1)
        return len(queries)

    open_full_shop(settings)
    assert queries_of(1) == queries_of(10)
    assert OrderItem.objects.count() == 22
