"""The ledger of all products in the admin: found by product, order, reason, kind and day; only read."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.catalog import stock
from apps.catalog.models import StockMovement
from apps.catalog.tests.factories import ORDER_ID, make_product, make_products, put_back, take_stock

LIST = reverse("admin:catalog_stockmovement_changelist")

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger(staff):
    """Move tea and coffee: received, tea sold and returned, coffee counted."""
    with time_machine.travel(datetime(2026, 1, 1, 12, tzinfo=UTC), tick=False):
        tea, coffee = make_product(sku="tea", stock=7), make_product(sku="777", stock=5)
    with time_machine.travel(datetime(2026, 1, 2, 12, tzinfo=UTC), tick=False):
        take_stock({tea.pk: 1})
        put_back({tea.pk: 1})
    with time_machine.travel(datetime(2026, 1, 3, 12, tzinfo=UTC), tick=False):
        stock.adjust_stock(product_id=coffee.pk, delta=-2, reason="Разбито 777", created_by=staff)
    return {"tea": tea, "coffee": coffee}


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("", ["adjusted", "returned", "sold", "received", "received"]),
        ("?q=tea", ["returned", "sold", "received"]),
        (f"?q={ORDER_ID}", ["returned", "sold"]),
        ("?q=777", ["adjusted", "received"]),  # as a SKU, not as a part of a reason
        ("?q=Разб", ["adjusted"]),
        ("?q=nothing", []),
        ("?q=" + "9" * 40, []),
        ("?q=²", []),
        ("?kind__exact=adjusted", ["adjusted"]),
        ("?kind__exact=sold", ["sold"]),
        ("?created_at_from=2026-01-02&created_at_to=2026-01-02", ["returned", "sold"]),
        ("?created_at_from=2026-01-03", ["adjusted"]),
        ("?created_at_to=2026-01-01", ["received", "received"]),
        ("?product__id__exact={coffee}", ["adjusted", "received"]),
        ("?product__id__exact={coffee}&kind__exact=received", ["received"]),
    ],
)
def test_movements_are_found(office, ledger, query, kinds):
    page = office.browser.get(LIST + query.format(coffee=ledger["coffee"].pk))

    assert page.status_code == 200
    assert [movement.kind for movement in page.context["cl"].result_list] == kinds


def test_change_has_its_sign(office, ledger):
    page = office.browser.get(LIST).text

    assert re.findall(r'<td class="field-signed">(.*?)</td>', page) == ["-2", "+1", "-1", "+5", "+7"]


def test_list_takes_the_same_queries_for_any_number_of_rows(office, django_assert_num_queries):
    for _time in range(2):
        make_products(20)
        office.browser.get(LIST)
        with django_assert_num_queries(4):  # session, user, count, rows
            office.browser.get(LIST)


def test_ledger_is_only_read(office, ledger):
    movement = ledger["tea"].stock_movements.last()
    pages = [
        reverse("admin:catalog_stockmovement_add"),
        reverse("admin:catalog_stockmovement_delete", args=[movement.pk]),
        reverse("admin:catalog_stockmovement_change", args=[movement.pk]),
    ]

    answers = [office.browser.post(page, {"delta": "5", "post": "yes"}).status_code for page in pages]

    assert answers == [403, 403, 403]
    assert StockMovement.objects.count() == 5
    assert StockMovement.objects.get(pk=movement.pk).delta == 7


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("", "catalog_stockmovement_by_age"),
        ("?created_at_from=2026-01-02&created_at_to=2026-01-02", "catalog_stockmovement_by_age"),
        ("?kind__exact=adjusted", "catalog_stockmovement_by_kind"),
        ("?kind__exact=returned", "catalog_stockmovement_by_kind"),
        ("?product__id__exact={coffee}", "catalog_stockmovement_latest"),
        (f"?q={ORDER_ID}", "catalog_stockmovement_of_order"),
        ("?q=777", "catalog_stockmovement_latest"),
        ("?q=Разб", "catalog_stockmovement_by_kind"),
    ],
)
def test_list_can_be_read_by_index(office, ledger, query, index):
    sell_much()
    with CaptureQueriesContext(connection) as questions:
        office.browser.get(LIST + query.format(coffee=ledger["coffee"].pk))
    (rows,) = [each["sql"] for each in questions if "delta" in each["sql"] and "COUNT" not in each["sql"]]

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {rows.removesuffix(' LIMIT 50')} LIMIT 50")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert index in plan, plan


def sell_much():
    """Add so many sales that the planner has something to choose by."""
    product = make_product()
    StockMovement.objects.bulk_create(
        StockMovement(product=product, kind="sold", delta=-1, stock=1, order_id=number)
        for number in range(1, 3001)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_stockmovement, catalog_product")
