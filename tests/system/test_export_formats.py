"""Formats of exports: for programs, for spreadsheets, as a workbook."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from apps.audit.models import AuditEntry
from apps.catalog.tests.factories import make_category, make_product
from apps.import_export.tests.export_pages import exported, sheet_of
from apps.import_export.workbooks import MAX_TEXT
from apps.orders.models import Order
from apps.orders.tests.factories import make_order

PRODUCTS, ORDERS = ("catalog_product", "products"), ("orders_order", "orders")
HEADING = (
    "\ufeffsku;name;price;category;stock;description;tax_class;weight_g;compare_at_price;group;barcode;external_id;"
    "unit;meta_title;meta_description;length_mm;width_mm;height_mm;min_quantity;quantity_step;attr.brand;attr.tag"
    "\r\n"
)
TERMS = ";" * 13 + "1;1;;"  # none of the columns from `tax_class` on has anything but the quantities
CREATED = datetime(2026, 3, 1, 22, 30, 5, 120_000, UTC)


@pytest.fixture
def browser(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def hostile(db):
    """Make products of which a spreadsheet would make formulas, numbers and dates."""
    sale = make_category(name="-50 %")
    make_product(
        sku="007", name="=1+1", price="1250.5", stock=3, description="a;b\r\n_x000D_\x0b<", category=sale
    )
    make_product(sku="1-2", name="1e5", price="0", stock=0, category=sale)


@pytest.mark.parametrize(("language", "sign"), [("ru", ","), ("en", ".")])
def test_csv_for_spreadsheets_is_as_its_reader_writes(browser, hostile, language, sign):
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = language

    assert exported(browser, *PRODUCTS, file_format="spreadsheet").decode() == (
        f"{HEADING}\t007;'=1+1;1250{sign}50;'-50 %;3;\"a;b\r\n_x000D_\x0b<\"{TERMS}\r\n"
        f"\t1-2;\t1e5;0{sign}00;'-50 %;0;{TERMS}\r\n"
    )


def test_workbook_has_numbers_and_texts_and_no_formula(browser, hostile):
    sheet = sheet_of(exported(browser, *PRODUCTS, file_format="xlsx"))

    cells = [[(cell.value, cell.data_type, cell.number_format) for cell in row] for row in sheet]
    assert [value for value, *_kind in cells[0]] == HEADING.strip("\ufeff\r\n").split(";")
    assert cells[1:] == [
        [
            ("007", "s", "@"),
            ("'=1+1", "s", "@"),
            (1250.5, "n", "0.00"),
            ("'-50 %", "s", "@"),
            (3, "n", "General"),
            ("a;b_x000D_\n_x005F_x000D__x000B_<", "s", "@"),
            *[(None, "n", "General")] * 12,
            *[(1, "n", "General")] * 2,
            *[(None, "n", "General")] * 2,
        ],
        [
            ("1-2", "s", "@"),
            ("1e5", "s", "@"),
            (0, "n", "0.00"),
            ("'-50 %", "s", "@"),
            (0, "n", "General"),
            *[(None, "n", "General")] * 13,
            *[(1, "n", "General")] * 2,
            *[(None, "n", "General")] * 2,
        ],
    ]
    assert (sheet.title, sheet.freeze_panes) == ("products", "A2")


def test_times_for_people_are_those_of_the_store(browser, customer, settings):
    settings.TIME_ZONE = "Europe/Moscow"
    make_order(customer, {make_product(price="390.00"): 2})
    Order.objects.update(created_at=CREATED)

    (row,) = sheet_of(exported(browser, *ORDERS, file_format="xlsx")).iter_rows(min_row=2)
    table = exported(browser, *ORDERS, file_format="spreadsheet").decode()
    for_programs = exported(browser, *ORDERS).decode()

    assert (row[1].value.replace(microsecond=0), row[1].is_date) == (datetime(2026, 3, 2, 1, 30, 5), True)  # noqa: DTZ001  a sheet knows no zones
    assert (row[7].value, row[7].number_format) == (Decimal(780), "0.00")
    assert ";2026-03-02 01:30:05;" in table
    assert ",2026-03-01T22:30:05.120000Z," in for_programs


def test_cell_of_a_workbook_is_no_longer_than_excel_takes(browser):
    long = {"a": "🫖" * MAX_TEXT}
    AuditEntry.objects.bulk_create(
        [AuditEntry(source="job", action="changed", target_kind="x", target_id=1, changes=long)]
    )
    trail = ("audit_auditentry", "audit-trail", "target_kind__exact=x")

    (row,) = sheet_of(exported(browser, *trail, file_format="xlsx")).iter_rows(min_row=2, values_only=True)

    assert row[-1].startswith('{"a": "🫖🫖')
    assert row[-1].endswith("🫖…")
    assert MAX_TEXT - 2 < len(row[-1].encode("utf-16-le")) // 2 <= MAX_TEXT
