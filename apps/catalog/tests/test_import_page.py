"""The import in the admin: a job checks the file, staff review and confirm it, another job writes it."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.catalog import jobs
from apps.catalog.models import Category, PriceChange, Product, StockMovement
from apps.catalog.services import update_product
from apps.catalog.tests.factories import make_category, make_product
from apps.catalog.tests.import_pages import HEADING, IMPORT, brought, checked, counts, decide, page
from apps.import_export.models import Upload, UploadPart
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs

pytestmark = pytest.mark.django_db

FILE = (HEADING, "A,Tea A,1.50,Tea,4", "B,Tea B,2.00,Tea,6", "C,Tea C,3.00,Coffee,", "D,Tea D,4,Tea,9")


@pytest.fixture
def shop():
    """Make three products of a category."""
    tea = make_category(name="Tea")
    for sku, price, stock in (("A", "1.00", 5), ("B", "2.00", 6), ("C", "3.00", 7)):
        make_product(sku=sku, name=f"Tea {sku}", price=price, stock=stock, category=tea)


# --- Preview


def test_preview_tells_what_would_change_and_changes_nothing(browser, shop):
    upload = checked(browser, *FILE)

    assert upload.status == "checked"
    assert counts(upload.report) == {"created": 1, "updated": 2, "unchanged": 1}
    assert upload.report["bad"] == 0
    assert upload.report["changes"] == [
        {
            "number": 2,
            "sku": "A",
            "name": "Tea A",
            "fields": {"price": ["1.00", "1.50"], "stock": ["5", "4"]},
        },
        {"number": 4, "sku": "C", "name": "Tea C", "fields": {"category": ["Tea", "Coffee"]}},
    ]
    assert [(new["number"], new["sku"]) for new in upload.report["new"]] == [(5, "D")]
    assert upload.report["categories"] == ["Coffee"]
    shown = browser.get(page(upload)).text
    prices = [f"<td>{price}\N{NO-BREAK SPACE}₽</td>" for price in ("1.00", "1.50")]
    assert "".join(("<td>price</td>", *prices)) in shown.replace("\n", "")
    assert ">Import</button>" in shown
    assert Product.objects.count() == 3
    assert not Category.objects.filter(name="Coffee").exists()


def test_every_bad_row_is_counted_and_the_first_are_told(browser):
    bad = [f"X{number},Leaves,dear,Tea,1" for number in range(250)]

    upload = checked(browser, HEADING, "G,Good,1,Tea,1", *bad, "G,Again,1,Tea,1")

    assert (upload.report["bad"], len(upload.report["bad_rows"])) == (251, 200)
    assert upload.report["bad_rows"][0] == [3, "price: “dear” is not a number"]
    shown = browser.get(page(upload)).text
    assert "Import without the bad rows" in shown
    assert "The first bad rows" in shown


def test_sku_of_another_part_of_the_file_is_told(browser, monkeypatch):
    monkeypatch.setattr(jobs, "CHUNK", 2)

    upload = checked(
        browser, HEADING, *[f"S{number},Leaves,1,Tea,1" for number in range(5)], "S0,Leaves,1,Tea,1"
    )

    assert upload.report["bad_rows"] == [[7, "SKU: already in row 2"]]
    assert upload.parts_checked == 3


def test_hostile_texts_are_shown_as_text(browser):
    upload = checked(
        browser,
        HEADING,
        "H,<script>alert(1)</script>,1,<b>Tea</b>,1",
        '"<i>",Leaves,"<u>",Tea,1',
        name="<img src=x>.csv",
    )

    shown = browser.get(page(upload)).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "&lt;u&gt;" in shown
    assert not any(tag in shown for tag in ("<script>alert", "<b>Tea", "<u>", "<img src=x"))


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"sku,name\n1,2\n", "The file lacks the columns: price, category."),
        (
            "sku,name,price,category\n1,Чай,1,Tea\n".encode() + b"2,\xff\n",
            "The file cannot be read as CSV in UTF-8: line 3.",
        ),
    ],
    ids=["columns", "encoding"],
)
def test_file_that_cannot_be_read_is_told_and_cannot_be_imported(browser, raw, problem):
    upload = checked(browser, raw=raw)

    shown = browser.get(page(upload)).text
    assert upload.status == "unusable"
    assert problem in shown
    assert 'name="import"' not in shown
    assert not UploadPart.objects.filter(is_checked=True).exists()
    assert decide(browser, upload, "discard") is None
    assert not UploadPart.objects.exists()


def test_file_with_a_byte_order_mark_is_read(browser):
    upload = checked(browser, raw=f"\ufeff{HEADING}\r\nA,Чай,1,Tea,1\r\n".encode())

    assert counts(upload.report) == {"created": 1, "updated": 0, "unchanged": 0}


def test_file_of_more_than_the_limit_is_refused_in_the_form(browser, settings):
    settings.IMPORT_MAX_BYTES = 10

    response = browser.post(IMPORT, {"file": SimpleUploadedFile("products.csv", b"x" * 11)})

    assert "The file is too large: at most 10" in response.text
    settings.IMPORT_MAX_BYTES = 200 * 1024**2
    assert "Up to 200\N{NO-BREAK SPACE}MB." in browser.get(IMPORT).text
    assert not Upload.objects.exists()


# --- Writing


def test_import_writes_what_the_preview_said_in_the_name_of_its_creator(browser, shop, clerk):
    upload = decide(browser, checked(browser, *FILE))

    assert upload.status == "done"
    assert counts(upload.report["written"]) == {"created": 1, "updated": 2, "unchanged": 1}
    rows = Product.objects.order_by("sku").values_list("sku", "price", "stock", "category__name")
    assert list(rows) == [
        ("A", Decimal("1.50"), 4, "Tea"),
        ("B", Decimal("2.00"), 6, "Tea"),
        ("C", Decimal("3.00"), 7, "Coffee"),
        ("D", Decimal("4.00"), 9, "Tea"),
    ]
    assert list(PriceChange.objects.values_list("product__sku", "old_price", "created_by")) == [
        ("A", Decimal("1.00"), clerk.pk)
    ]
    movements = StockMovement.objects.filter(created_by=clerk).order_by("product__sku")
    assert list(movements.values_list("product__sku", "kind", "delta")) == [
        ("A", "adjusted", -1),
        ("D", "received", 9),
    ]
    assert "What was changed" in browser.get(page(upload)).text
    assert not UploadPart.objects.exists()


def test_bad_rows_are_left_out(browser):
    upload = decide(browser, checked(browser, HEADING, "A,Leaves,dear,Tea,1", "B,Bags,1,Tea,1"))

    assert counts(upload.report["written"]) == {"created": 1, "updated": 0, "unchanged": 0}
    assert Product.objects.get().sku == "B"


def test_what_changed_since_the_preview_is_seen(browser, shop):
    upload = checked(browser, *FILE)
    update_product(Product.objects.get(sku="A").pk, price=Decimal("1.25"))
    make_product(sku="D", name="Somebody's", price="9.00", stock=1)

    upload = decide(browser, upload)

    assert counts(upload.report["written"]) == {"created": 0, "updated": 3, "unchanged": 1}
    changes = PriceChange.objects.order_by("pk").values_list("product__sku", "old_price", "new_price")
    assert list(changes)[1:] == [
        ("A", Decimal("1.25"), Decimal("1.50")),
        ("D", Decimal("9.00"), Decimal("4.00")),
    ]


def test_product_that_is_as_it_is_to_be_is_not_touched(browser, shop):
    before = Product.objects.get(sku="B").updated_at

    decide(browser, checked(browser, HEADING, "B,Tea B,2.00,Tea,6"))

    assert Product.objects.get(sku="B").updated_at == before


def test_decision_counts_once(browser, shop):
    upload = checked(browser, *FILE)
    decide(browser, upload)

    response = browser.post(page(upload, "import_decision"), {"discard": "1"}, follow=True)

    assert "This has already been decided." in response.text
    assert Upload.objects.get(pk=upload.pk).status == "done"
    assert Job.objects.filter(kind="import_write").count() == 1


def test_discarded_file_leaves_nothing(browser, shop):
    assert decide(browser, checked(browser, *FILE), "discard") is None
    assert Product.objects.count() == 3
    assert not UploadPart.objects.exists()


def test_check_that_is_over_has_left_no_row_out(browser):
    upload = checked(browser, HEADING, 'S,Mug,1,Cups,"1', "", '"', "T,Cup,1,Cups,1")  # a row on three lines

    shown = browser.get(page(upload)).text

    assert '<progress id="progress" value="2" max="2"></progress>' in shown
    assert "waits for a decision, rows: 2</span>" in shown


def test_page_asks_how_far_the_check_is(browser):
    upload = brought(browser, *FILE)
    assert f'data-address="{page(upload, "import_progress")}"' in browser.get(page(upload)).text
    assert browser.get(page(upload, "import_progress")).json()["is_moving"] is True

    run_due_jobs()

    assert browser.get(page(upload, "import_progress")).json()["is_moving"] is False
