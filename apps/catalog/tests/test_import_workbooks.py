"""Imports of .xlsx workbooks."""

import io
import re
import tracemalloc
import zipfile
from datetime import date, datetime
from decimal import Decimal
from itertools import islice

import pytest
from django.core.management import CommandError
from openpyxl import Workbook
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from apps.catalog import jobs
from apps.catalog.models import Product
from apps.catalog.product_import import workbooks
from apps.catalog.product_import.workbooks import opened_sheet
from apps.catalog.tests.import_pages import checked, counts, decide, page
from apps.catalog.tests.workbooks import HEADING, saved, workbook
from tests.support.html_forms import form_with

SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = SHEET_MAIN_NS.encode()
NO_WORKBOOK = "The file is damaged or not an .xlsx workbook: save it as .xlsx again."

pytestmark = pytest.mark.django_db


def repacked(raw: bytes, **parts: bytes | None) -> bytes:
    """Return the workbook with other contents of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = parts.get(name.rpartition("/")[2].partition(".")[0], old.read(name))
            if content is not None:
                new.writestr(name, content)
    return file.getvalue()


def with_shared_texts(raw: bytes, texts: bytes, **parts: bytes) -> bytes:
    """Return the workbook with a part that has the texts of all sheets, as Excel writes it."""
    told = b'<Override ContentType="%s" PartName="/xl/sharedStrings.xml"/></Types>' % SHARED_STRINGS.encode()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        types = archive.read("[Content_Types].xml").replace(b"</Types>", told)
    file = io.BytesIO(repacked(raw, **{"[Content_Types]": types}, **parts))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", texts)
    return file.getvalue()


def stored():
    values = Product.objects.order_by("sku").values_list("sku", "name", "price", "category__name", "stock")
    return list(values)


def test_heading_of_a_workbook_is_found_below_a_title(load):
    book = Workbook()
    title = [("Прайс-лист", None, None, None, None, None, "заметка"), (), ("Склад",)]
    for row in (*title, HEADING, ("Чай",), ("A", "Чай", 1.5, "Чай", 5)):
        book.active.append(row)

    written = load(raw=saved(book), skip=True)

    assert written == "1 product created, 0 updated.\n"
    group = "only one cell is filled: perhaps the title of a group"
    assert load.errors == ["The heading is row 4.", f"row 5: {group}"]


def test_texts_numbers_and_dates_are_read_as_typed(load):
    raw = workbook(
        (4607012345678, "Чай", 1250.5, "Чай", 5.0),
        ("A-1", date(2026, 11, 30), 0.1 + 0.2, 2026, None),
        ("A-2", datetime(2026, 11, 30, 12, 5), "1 250,50 ₽", "Чай", "7,0"),  # noqa: DTZ001  a sheet knows no zones
        (None, None, None, None, None),
        ("A-3", "'=1", 390, " Чай ", 10**9),
    )

    written = load(raw=raw)

    assert written == "4 products created, 0 updated.\n"
    assert load.dialect == "Read as a workbook."
    assert load.errors == []
    assert stored() == [
        ("4607012345678", "Чай", Decimal("1250.50"), "Чай", 5),
        ("A-1", "2026-11-30", Decimal("0.30"), "2026", 0),
        ("A-2", "2026-11-30 12:05:00", Decimal("1250.50"), "Чай", 7),
        ("A-3", "=1", Decimal("390.00"), "Чай", 1_000_000_000),
    ]


def test_formulas_are_read_as_their_values(load):
    cell = b'<c r="C2"><f>1+1</f><v>2.5</v></c>'
    raw = workbook(("A", "Tea", 7, "Tea", 1))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheet = archive.read(SHEET)
    assert b'<c r="C2" t="n"><v>7</v></c>' in sheet

    load(raw=repacked(raw, sheet1=sheet.replace(b'<c r="C2" t="n"><v>7</v></c>', cell)))

    assert stored()[0][2] == Decimal("2.50")


def test_error_of_a_formula_is_no_name_but_a_text_like_it_is(load):
    raw = workbook(("A", "#N/A", 7, "Tea", 1), ("B", "Tea", 7, "#N/A", 1))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheet = archive.read(SHEET)
    assert sheet.count(b'<c r="D3" t="e">') == 1

    load(raw=repacked(raw, sheet1=sheet.replace(b'"D3" t="e"', b'"D3" t="str"')), options=["--skip-bad-rows"])

    assert load.errors == ["row 2: name: “#N/A” is the error of a formula"]
    assert stored() == [("B", "Tea", Decimal("7.00"), "#N/A", 1)]


def test_number_of_three_places_is_what_the_sheet_has_and_nothing_else(load):
    with pytest.raises(CommandError):
        load(raw=workbook(("A", "Tea", 1.125, "Tea", 1)), options=["--decimal", ","])

    assert load.errors == ["row 2: price: Ensure that there are no more than 2 decimal places."]


def test_texts_that_the_cells_share_are_read(load):
    shared = b'<sst xmlns="%s"><si><t>T-1</t></si><si><r><t>Green </t></r><r><t>tea</t></r></si></sst>'
    raw = workbook(("A", "B", 7, "B", 1))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheet = archive.read(SHEET)
    for number, text in enumerate((b"A", b"B")):
        inline = b't="inlineStr"><is><t>%s</t></is>' % text
        sheet = sheet.replace(inline, b't="s"><v>%d</v>' % number)

    load(raw=with_shared_texts(raw, shared % NAMESPACE, sheet1=sheet))

    assert stored() == [("T-1", "Green tea", Decimal("7.00"), "Green tea", 1)]


def test_rows_are_numbered_as_in_the_sheet(load):
    with pytest.raises(CommandError):
        load(raw=workbook((), ("A", "Tea", "dear", "Tea", 1), (), ("B", "Tea", "cheap", "Tea", 1)))

    assert load.errors == ["row 3: price: “dear” is not a number", "row 5: price: “cheap” is not a number"]


def test_cells_beside_the_heading_do_not_matter(load):
    load(raw=workbook(("A", "Tea", 1, "Tea", 1, None, "a note"), ("B", "Tea", 1, "Tea")))

    assert [row[0] for row in stored()] == ["A", "B"]


def test_first_sheet_that_can_be_seen_is_read(load):
    book = Workbook()
    book.active.sheet_state = "hidden"
    for row in (HEADING, ("A", "Tea", 1, "Tea", 1)):
        book.create_sheet("Goods").append(row) if row is HEADING else book["Goods"].append(row)

    load(raw=saved(book))

    assert [row[0] for row in stored()] == ["A"]


# --- In the admin


def test_workbook_is_looked_at_and_imported_part_by_part(browser, monkeypatch):
    monkeypatch.setattr(jobs, "CHUNK", 2)
    monkeypatch.setattr("apps.import_export.chunked_jobs.SLICE_SECONDS", 0)
    rows = [(f"S{number}", "Чай", number + 0.5, "Чай", number) for number in range(5)]

    upload = checked(browser, raw=workbook(*rows), name="products.xlsx")

    assert counts(upload.report) == {"created": 5, "updated": 0, "unchanged": 0}
    shown = form_with(browser.get(page(upload)).text, "decimal")
    assert "encoding" not in shown
    assert browser.post(page(upload, "import_reading"), {"decimal": "."}).status_code == 302
    decide(browser, checked(browser, raw=workbook(*rows)))
    assert [row[0] for row in stored()] == ["S0", "S1", "S2", "S3", "S4"]


# --- What is no workbook, or one beyond all bounds


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"PK\x03\x04 and nothing else", NO_WORKBOOK),
        (workbook()[:-100], NO_WORKBOOK),
        (repacked(workbook(), workbook=None), NO_WORKBOOK),
        (repacked(workbook(), sheet1=b"<worksheet><sheetData><row>"), NO_WORKBOOK),
        (workbook(heading=("Артикул",)), "The file lacks the columns: name, price, category."),
        (workbook(heading=()), "The file lacks the columns: SKU, name, price, category."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
            "Workbooks in the old format (.xls) or with a password cannot be read: save as .xlsx.",
        ),
    ],
    ids=["zip", "cut", "no workbook", "xml", "columns", "empty", "xls"],
)
def test_workbook_that_cannot_be_used_is_told(browser, raw, problem):
    upload = checked(browser, raw=raw, name="products.xlsx")

    assert (upload.status, upload.report) == ("unusable", {"problem": problem})
    assert problem in browser.get(page(upload)).text


ROW = b'<worksheet xmlns="%s"><sheetData><row r="1">' % NAMESPACE
LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (number, b"&l%d;" % (number - 1) * 10 if number else b"ha")
    for number in range(12)
)


@pytest.mark.parametrize(
    "parts",
    [
        {"styles": b" " * 10_000_001},
        {"sheet1": ROW + b"<c/>" * 1_000_000 + b"</row></sheetData></worksheet>"},
        {
            "sheet1": ROW
            + (b" " * 1_000_000 + b"<!--</row>--><row></row>") * 12
            + b"</row></sheetData></worksheet>"
        },
        {"sheet1": ROW + b"</row>" + b"<a/><row></row>" * 300_001 + b"</sheetData></worksheet>"},
        {"sheet1": ROW + b"</row>" + b" " * 12_000_000 + b"</sheetData></worksheet>"},
    ],
    ids=["styles", "a row", "a row that seems to end", "beside the rows", "behind the rows"],
)
def test_workbook_that_unpacks_to_too_much_is_refused(load, parts):
    raw = repacked(workbook(), **parts)
    assert len(raw) < 200_000

    with pytest.raises(CommandError, match=r"The workbook unpacks to more than can be read\."):
        load(raw=raw)


def test_rows_that_all_have_the_same_number_are_counted(load, monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_ROWS", 100)
    sheet = ROW + b"</row>" + b'<row r="1"></row>' * 100 + b"</sheetData></worksheet>"

    with pytest.raises(CommandError, match=r"The workbook unpacks to more than can be read\."):
        load(raw=repacked(workbook(), sheet1=sheet))


def test_nothing_is_kept_of_the_rows_of_libreoffice():
    told = b'ht="12.8" hidden="false" customHeight="false" outlineLevel="0" collapsed="false"'
    rows = b"".join(b'<row r="%d" %s><c><v>1</v></c></row>' % (number, told) for number in range(2, 3000))
    raw = repacked(workbook(), sheet1=ROW + b"</row>" + rows + b"</sheetData></worksheet>")
    tracemalloc.start()
    try:
        with opened_sheet(io.BytesIO(raw)) as sheet:
            below = sheet.below(1, 5)
            next(below)
            before = tracemalloc.get_traced_memory()[0]
            assert sum(1 for _record in islice(below, 2900)) == 2900
            kept = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()

    assert kept < 600_000  # bytes; with the attributes of all rows some 2,000,000


def test_texts_that_unpack_to_too_much_are_refused(load):
    with pytest.raises(CommandError, match=r"The workbook unpacks to more than can be read\."):
        load(raw=with_shared_texts(workbook(), b" " * 100_000_001))


def test_sheets_that_unpack_to_too_much_are_refused(load, monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_SHEET_BYTES", 500)

    with pytest.raises(CommandError, match=r"The workbook unpacks to more than can be read\."):
        load(raw=workbook(("A", "Tea", 1, "Tea", 1)))


def test_entities_that_grow_without_end_are_refused(load):
    sheet = b"<!DOCTYPE w [%s]>" % LAUGHS + ROW + b'<c t="str"><v>&l11;</v></c></row></sheetData></worksheet>'

    with pytest.raises(CommandError, match=re.escape(NO_WORKBOOK)):
        load(raw=repacked(workbook(), sheet1=sheet))


def test_row_far_below_costs_nothing_but_numbers(load):
    last = b'<row r="4000000000"><c r="A4000000000" t="str"><v>A</v></c></row></sheetData></worksheet>'
    raw = workbook()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheet = archive.read(SHEET)
    assert sheet.count(b"</sheetData>") == 1

    load(raw=repacked(raw, sheet1=sheet.partition(b"</sheetData>")[0] + last))

    assert stored() == []
