"""Each change of the catalogue, through whatever it is made, leaves one entry in the audit trail."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.audit.models import AuditEntry
from apps.catalog import services, stock
from apps.catalog.exceptions import CategoryNotEmpty, StockOutOfRange
from apps.catalog.models import Category, Product, StockMovement
from apps.catalog.tests.factories import make_category, make_product, put_back, take_stock
from apps.core.observability.logs import job_id_set
from apps.core.observability.request_id import request_id_set
from tests.support.audit_trail import REQUEST, audit_entry, trail
from tests.support.html_forms import send_form

CATEGORIES, PRODUCTS = "/api/v1/categories/", "/api/v1/products/"
TEA = {
    "name": [None, "Tea"],
    "slug": [None, "tea"],
    "description": [None, "Leaves"],
    "is_active": [None, True],
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, staff):
    client.force_login(staff)
    return client


def test_life_of_a_category_in_the_api(staff_api, staff):
    parent, other = make_category(name="Drinks"), make_category(name="Leaves")
    body = {"name": "Tea", "parent": parent.pk, "description": "Leaves"}
    tea = Category(pk=staff_api.post(CATEGORIES, body, headers=REQUEST).json()["id"])
    address = f"{CATEGORIES}{tea.pk}/"
    staff_api.patch(address, {"parent": other.pk, "name": "Tea"}, headers=REQUEST)
    staff_api.delete(address, headers=REQUEST)
    staff_api.delete(f"{address}?hard=true", headers=REQUEST)

    made = {**TEA, "parent": [None, f"{parent.pk}: Drinks"]}
    last = {"parent": [f"{other.pk}: Leaves", None], "is_active": [False, None]}
    gone = {**{name: [value, None] for name, (_none, value) in TEA.items()}, **last}
    moved = {"parent": [f"{parent.pk}: Drinks", f"{other.pk}: Leaves"]}
    by_staff = {"source": "api", "by": staff, "request": "req-1"}
    assert (
        trail()
        == trail(tea)
        == [
            audit_entry("created", made, **by_staff),
            audit_entry("changed", moved, **by_staff),
            audit_entry("changed", {"is_active": [True, False]}, **by_staff),
            audit_entry("deleted", gone, **by_staff),
        ]
    )
    assert set(AuditEntry.objects.about(tea).values_list("target_name", flat=True)) == {"Tea"}


def test_product_made_and_changed_in_the_api(staff_api, staff):
    drinks, tea = make_category(name="Drinks"), make_category(name="Tea")
    body = {"name": "Mug", "sku": "M-1", "price": "4.5", "category": drinks.pk, "stock": 3}
    mug = Product(pk=staff_api.post(PRODUCTS, body, headers=REQUEST).json()["id"])
    address = f"{PRODUCTS}{mug.pk}/"
    staff_api.patch(address, {"price": "4.60", "category": tea.pk, "name": "Mug"}, headers=REQUEST)
    staff_api.patch(address, {"price": "4.6"}, headers=REQUEST)
    staff_api.delete(address, headers=REQUEST)

    made = {
        "name": [None, "Mug"],
        "slug": [None, "mug"],
        "sku": [None, "M-1"],
        "category": [None, f"{drinks.pk}: Drinks"],
        "price": [None, "4.50"],
        "is_active": [None, True],
        "min_quantity": [None, 1],
        "quantity_step": [None, 1],
    }
    changed = {"category": [f"{drinks.pk}: Drinks", f"{tea.pk}: Tea"], "price": ["4.50", "4.60"]}
    by_staff = {"source": "api", "by": staff, "request": "req-1"}
    assert (
        trail()
        == trail(mug)
        == [
            audit_entry("created", made, **by_staff),
            audit_entry("changed", {"stock": [0, 3]}, **by_staff),
            audit_entry("changed", changed, **by_staff),
            audit_entry("changed", {"is_active": [True, False]}, **by_staff),
        ]
    )
    assert set(AuditEntry.objects.about(mug).values_list("target_name", flat=True)) == {"Mug (M-1)"}


def test_changes_in_the_admin(office, staff):
    mug = make_product(price="2.00", stock=5)
    send_form(office, reverse("admin:catalog_product_change", args=[mug.pk]), price="2.5")
    action = {"action": "adjust_stock", "_selected_action": [mug.pk], "delta": "-2", "reason": "broken"}
    seen = {f"seen_{mug.pk}": str(StockMovement.objects.latest("pk").pk)}
    office.post(
        reverse("admin:catalog_product_changelist"), {**action, **seen, "step": "confirm"}, headers=REQUEST
    )

    by_staff = {"source": "admin", "by": staff, "request": "req-1"}
    assert (
        trail()
        == trail(mug)
        == [
            audit_entry("changed", {"price": ["2.00", "2.50"]}, **by_staff),
            audit_entry("changed", {"stock": [5, 3]}, **by_staff),
        ]
    )


def test_stock_that_is_adjusted_or_counted_in_the_api(staff_api, staff):
    mug = make_product(stock=5)
    address = f"/api/v1/admin/products/{mug.pk}/stock-movements/"
    staff_api.post(address, {"delta": 4, "reason": "delivery"}, headers=REQUEST)
    staff_api.post(address, {"count": 7, "last_seen": 9, "reason": "count"}, headers=REQUEST)

    by_staff = {"source": "api", "by": staff, "request": "req-1"}
    assert (
        trail()
        == trail(mug)
        == [
            audit_entry("changed", {"stock": [5, 9]}, **by_staff),
            audit_entry("changed", {"stock": [9, 7]}, **by_staff),
        ]
    )


def test_import_by_a_command(tmp_path):
    tea = make_category(name="Tea")
    known = make_product(sku="T-1", name="Leaves", price="2.00", category=tea, stock=5, description="Green")
    same = make_product(sku="T-2", name="Mug", price="3.00", category=tea, stock=1)
    file = tmp_path / "products.csv"
    file.write_text(
        "sku,name,price,category,stock\nT-1,Leaves,1.5,Drinks,9\nT-2,Mug,3.00,Tea,1\nT-3,Pot,7,Tea,2\n"
    )

    call_command("import_products", str(file), stdout=StringIO())

    drinks, pot = Category.objects.get(name="Drinks"), Product.objects.get(sku="T-3")
    by_command = {"source": "command", "by": None}
    change = {"price": ["2.00", "1.50"], "category": [f"{tea.pk}: Tea", f"{drinks.pk}: Drinks"]}
    assert trail(known) == [
        audit_entry("changed", change, **by_command),
        audit_entry("changed", {"stock": [5, 9]}, **by_command),
    ]
    made = {"name": "Pot", "slug": "pot", "sku": "T-3", "price": "7.00", "is_active": True}
    made |= {"category": f"{tea.pk}: Tea", "min_quantity": 1, "quantity_step": 1}
    assert trail(pot) == [
        audit_entry("created", {name: [None, value] for name, value in made.items()}, **by_command),
        audit_entry("changed", {"stock": [0, 2]}, **by_command),
    ]
    assert (trail(same), len(trail(drinks)), len(trail())) == ([], 1, 5)


def test_what_a_job_changes_is_the_job_s_for_the_request_that_caused_it():
    mug = make_product(stock=5)

    with request_id_set("req-2"), job_id_set(7):
        stock.set_stock({mug.pk: 3}, reason="import")

    assert trail() == [audit_entry("changed", {"stock": [5, 3]}, source="job", by=None, request="req-2")]


def test_who_is_told_to_have_done_it_comes_before_the_one_whose_request_it_is(customer, staff):
    mug = make_product(price="2.00")

    services.update_product(mug.pk, changed_by=staff, price=3)

    assert trail() == [audit_entry("changed", {"price": ["2.00", "3.00"]}, source="command", by=staff)]


def test_pieces_of_an_order_stand_in_the_ledger_alone():
    mug = make_product(stock=5)

    take_stock({mug.pk: 2})
    put_back({mug.pk: 2})

    assert mug.stock_movements.count() == 3
    assert trail() == []


def test_what_is_refused_leaves_no_entry(staff_api):
    mug = make_product(stock=5)

    answers = [
        staff_api.patch(f"{PRODUCTS}{mug.pk}/", {"price": "-1"}),
        staff_api.patch(f"{PRODUCTS}{mug.pk}/", {"price": "1"}, headers={"if-match": '"other"'}),
        staff_api.post(CATEGORIES, {"name": ""}),
    ]
    with pytest.raises(CategoryNotEmpty):
        services.delete_category(mug.category_id)
    with pytest.raises(StockOutOfRange):
        stock.adjust_stock(product_id=mug.pk, delta=-6, reason="lost", created_by=None)

    assert [answer.status_code for answer in answers] == [400, 412, 400]
    assert trail() == []


@pytest.mark.parametrize("rows", [1, 400])
def test_import_asks_as_often_whatever_the_number_of_rows(tmp_path, rows):
    file = tmp_path / "products.csv"
    for price in (1, 2):  # new ones, then known ones
        lines = [f"T-{number},Tea {number},{price},Tea,{price}" for number in range(rows)]
        file.write_text("\n".join(["sku,name,price,category,stock", *lines]))
        with CaptureQueriesContext(connection) as queries:
            call_command("import_products", str(file), stdout=StringIO())

        inserts = [query["sql"] for query in queries if '"audit_auditentry"' in query["sql"]]
        assert len(inserts) == (3 if price == 1 else 2)  # the category, products, stock
    assert AuditEntry.objects.count() == 4 * rows + 1
