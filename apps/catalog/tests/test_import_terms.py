"""Columns of tax class, weight and crossed-out price in files: imported, exported, and refused row by row."""

import csv
from decimal import Decimal

import pytest
from django.core.management import CommandError

from apps.audit.models import AuditEntry
from apps.catalog.exports import product_rows
from apps.catalog.models import Product
from apps.catalog.product_import.headings import COLUMNS, Heading
from apps.catalog.tests.factories import make_category, make_product
from apps.catalog.tests.import_pages import checked
from apps.store.tests.factories import shipped_tax_class, shipped_tax_classes

CODES = "none, reduced, simplified5, simplified7, standard, zero"
ENGLISH = "sku,name,price,category,tax_class,weight_g,compare_at_price"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tax_classes(db):
    """Make the tax classes that the store comes with."""
    shipped_tax_classes()


@pytest.fixture
def tea():
    return make_category(name="Tea")


def terms():
    values = Product.objects.values_list("sku", "tax_class__code", "weight_g", "compare_at_price")
    return [(*others, before and str(before)) for *others, before in values.order_by("sku")]


def test_new_products_are_made_with_them(load):
    load(ENGLISH, "A,Mug,5,Tea,reduced,250,7.5", "B,Pot,5,Tea,,,", "C,Cup,5,Tea,zero,0,0")

    assert terms() == [("A", "reduced", 250, "7.50"), ("B", None, None, None), ("C", "zero", 0, None)]


@pytest.mark.parametrize("weight", ["Вес, г", "Вес (г)"])
@pytest.mark.parametrize("before", ["Старая цена", "Цена до скидки"])
def test_russian_headings_and_numbers_are_understood(load, weight, before):
    load(
        f"Артикул;Наименование;Цена;Категория;Ставка налога;{weight};{before}",
        "A;Кружка;1 250,50;Чай;standard;1 200,0;1 500,90",
    )

    assert terms() == [("A", "standard", 1200, "1500.90")]


def test_empty_cells_change_nothing_and_nought_takes_the_crossed_out_price_away(load, tea):
    reduced = shipped_tax_class("reduced")
    for sku in ("A", "B", "C"):
        make_product(
            sku=sku, name=sku, price=5, category=tea, tax_class=reduced, weight_g=100, compare_at_price=9
        )

    told = load(ENGLISH, "A,A,5,Tea,,,", "B,B,20,Tea,zero,50,0", "C,C,4,Tea,,,8")

    assert told == "0 products created, 3 updated.\n"
    assert terms() == [("A", "reduced", 100, "9.00"), ("B", "zero", 50, None), ("C", "reduced", 100, "8.00")]
    changes = {
        entry.target_name: entry.changes for entry in AuditEntry.objects.filter(target_kind="catalog.product")
    }
    zero = shipped_tax_class("zero")
    assert changes == {
        "B (B)": {
            "price": ["5.00", "20.00"],
            "tax_class": [f"{reduced.pk}: {reduced}", f"{zero.pk}: {zero}"],
            "weight_g": [100, 50],
            "compare_at_price": ["9.00", None],
        },
        "C (C)": {"price": ["5.00", "4.00"], "compare_at_price": ["9.00", "8.00"]},
    }
    assert Product.objects.get(sku="C").lowest_price_30d == Decimal("5.00")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A,A,5,Tea,,,5", "price: The price must be below the crossed-out price (5.00\xa0₽)."),
        ("A,A,9,Tea,,,", "price: The price must be below the crossed-out price (9.00\xa0₽)."),
        ("A,A,5,Tea,vat20,,", f"tax class: there is no “vat20”, but {CODES}"),
        ("A,A,5,Tea,,heavy,", "weight, g: “heavy” is not a number of grams"),
        ("A,A,5,Tea,,1.5,", "weight, g: “1.5” is not a number of grams"),
        ("A,A,5,Tea,,-1,", "weight, g: “-1” is not a number of grams"),
        ("A,A,5,Tea,,100000001,", "weight, g: “100000001” is not a number of grams"),
        ("A,A,5,Tea,,,dear", "price before: “dear” is not a number"),
        ("A,A,5,Tea,,,-1", "price before: Ensure this value is greater than or equal to 0."),
    ],
)  # fmt: skip
def test_bad_rows_are_told_and_nothing_is_written(load, browser, tea, tmp_path, row, reason):
    make_product(sku="A", name="A", price=5, category=tea, compare_at_price=9)
    bad_rows = tmp_path / "bad.csv"

    with pytest.raises(CommandError, match=r"^Nothing was imported: 1 bad row\."):
        load(ENGLISH, "B,B,1,Tea,,,", row, options=["--bad-rows", str(bad_rows)])
    upload = checked(browser, ENGLISH, "B,B,1,Tea,,,", row)

    assert load.errors[-1:] == [f"row 3: {reason}"]
    with bad_rows.open(encoding="utf-8-sig", newline="") as file:
        assert [cell.strip("\t'") for cell in list(csv.reader(file))[1]] == [reason, *row.split(",")]
    assert upload.report["bad_rows"] == [[3, reason]]
    assert upload.report["created"] == 1
    assert list(Product.objects.values_list("sku", flat=True)) == ["A"]


def test_good_rows_are_written_beside_one_that_contradicts_what_is_stored(load, tea):
    make_product(sku="A", name="A", price=5, category=tea, compare_at_price=9)

    told = load(ENGLISH, "A,A,10,Tea,,,", "B,B,1,Tea,,,", skip=True)

    assert told == "1 product created, 0 updated.\n"
    assert list(Product.objects.order_by("sku").values_list("sku", "price")) == [("A", 5), ("B", 1)]


def test_exported_products_have_them_and_change_nothing_when_imported(load, tea):
    full = make_product(
        sku="A", price=5, category=tea, tax_class=shipped_tax_class("zero"), weight_g=7, compare_at_price=9
    )
    plain = make_product(sku="B", price=5, category=tea)
    before = list(Product.objects.order_by("pk").values())

    rows = list(product_rows([full.pk, plain.pk]))

    assert [row[6:9] for row in rows] == [("zero", 7, Decimal("9.00")), (None, None, None)]
    assert Heading.of(COLUMNS).unread == []
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    assert load(",".join(COLUMNS), *lines) == "0 products created, 2 updated.\n"
    assert list(Product.objects.order_by("pk").values()) == before
