"""The import in the admin: a file is checked by a job, looked at, decided on, and written by another job."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.catalog import import_jobs
from apps.catalog.models import Category, PriceChange, Product, StockMovement
from apps.catalog.services import update_product
from apps.catalog.tests.factories import make_category, make_product
from apps.exports import turns
from apps.exports.models import Upload, UploadPart
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs

IMPORT = reverse("admin:catalog_product_import")
HEADING = "sku,name,price,category,stock"
RIGHTS = ("add_product", "change_product", "add_stockmovement")

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_clerk(make_user):
    """Return a function that makes staff with the permissions."""

    def make(*codenames):
        clerk = make_user(is_staff=True)
        clerk.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        return clerk

    return make


@pytest.fixture
def clerk(make_clerk):
    return make_clerk(*RIGHTS)


@pytest.fixture
def browser(client, clerk) -> Client:
    client.force_login(clerk)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def brought(browser, *lines, raw=None, name="products.csv") -> Upload:
    """Bring a file, which is not checked yet."""
    content = raw if raw is not None else "\n".join(lines).encode()
    response = browser.post(IMPORT, {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 302, response.text
    return Upload.objects.latest("pk")


def checked(browser, *lines, **options) -> Upload:
    upload = brought(browser, *lines, **options)
    run_due_jobs()
    return Upload.objects.get(pk=upload.pk)


def page(upload, name="import_page"):
    return reverse(f"admin:catalog_product_{name}", args=[upload.pk])


def decide(browser, upload, decision="import"):
    assert browser.post(page(upload, "import_decision"), {decision: "1"}).status_code == 302
    run_due_jobs()
    return Upload.objects.filter(pk=upload.pk).first()


def counts(report):
    return {name: report[name] for name in ("created", "updated", "unchanged")}


@pytest.fixture
def shop():
    """Make three products of a category."""
    tea = make_category(name="Tea")
    for sku, price, stock in (("A", "1.00", 5), ("B", "2.00", 6), ("C", "3.00", 7)):
        make_product(sku=sku, name=f"Tea {sku}", price=price, stock=stock, category=tea)


FILE = (HEADING, "A,Tea A,1.50,Tea,4", "B,Tea B,2.00,Tea,6", "C,Tea C,3.00,Coffee,", "D,Tea D,4,Tea,9")


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
    assert "<td>price</td><td>1.00</td><td>1.50</td>" in shown.replace("\n", "")
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
    monkeypatch.setattr(import_jobs, "CHUNK", 2)

    upload = checked(
        browser, HEADING, *[f"S{number},Leaves,1,Tea,1" for number in range(5)], "S0,Leaves,1,Tea,1"
    )

    assert upload.report["bad_rows"] == [[7, "sku: already in row 2"]]
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
            "sku,name,price,category\n1,Чай,1,Tea\n".encode("cp1251"),
            "The file cannot be read as CSV in UTF-8: line 1.",
        ),
    ],
    ids=["columns", "encoding"],
)
def test_file_that_cannot_be_read_is_told_and_can_only_be_discarded(browser, raw, problem):
    upload = checked(browser, raw=raw)

    shown = browser.get(page(upload)).text
    assert upload.status == "unusable"
    assert problem in shown
    assert 'name="import"' not in shown
    assert not UploadPart.objects.exists()
    assert decide(browser, upload, "discard") is None


def test_file_with_a_byte_order_mark_is_read(browser):
    upload = checked(browser, raw=f"\ufeff{HEADING}\r\nA,Чай,1,Tea,1\r\n".encode())

    assert counts(upload.report) == {"created": 1, "updated": 0, "unchanged": 0}


def test_file_of_more_than_the_limit_is_refused_in_the_form(browser, settings):
    settings.IMPORT_MAX_BYTES = 10

    response = browser.post(IMPORT, {"file": SimpleUploadedFile("products.csv", b"x" * 11)})

    assert "The file is too large: at most 10" in response.text
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
    moves = StockMovement.objects.filter(created_by=clerk).order_by("product__sku")
    assert list(moves.values_list("product__sku", "kind", "delta")) == [
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

    assert "That was decided already." in response.text
    assert Upload.objects.get(pk=upload.pk).status == "done"
    assert Job.objects.filter(kind="import_write").count() == 1


def test_discarded_file_leaves_nothing(browser, shop):
    assert decide(browser, checked(browser, *FILE), "discard") is None
    assert Product.objects.count() == 3
    assert not UploadPart.objects.exists()


# --- Going on


LONG = (HEADING, *[f"S{number},Leaves {number},1,Tea,{number}" for number in range(1, 8)])


@pytest.mark.parametrize("part", [1, 2, 4])
def test_import_that_is_broken_off_goes_on_after_its_last_part(browser, monkeypatch, part):
    monkeypatch.setattr(import_jobs, "CHUNK", 2)
    upload = checked(browser, *LONG)
    written = []

    def fail_once(execute, sql, *arguments):
        if sql.startswith("INSERT") and '"catalog_product"' in sql:
            written.append(sql)
            if len(written) == part:
                raise OperationalError("the database is away")
        return execute(sql, *arguments)

    with connection.execute_wrapper(fail_once):
        half = decide(browser, upload)
        assert (half.status, half.parts_written, Product.objects.count()) == (
            "writing",
            part - 1,
            2 * part - 2,
        )
        Job.objects.exclude(status="done").update(run_at=timezone.now())
        run_due_jobs()

    done = Upload.objects.get(pk=upload.pk)
    assert counts(done.report["written"]) == {"created": 7, "updated": 0, "unchanged": 0}
    assert sorted(StockMovement.objects.values_list("delta", flat=True)) == list(range(1, 8))
    assert len(written) == 5


def test_long_file_is_a_chain_of_jobs(browser, monkeypatch):
    monkeypatch.setattr(import_jobs, "CHUNK", 2)
    monkeypatch.setattr(turns, "TURN_SECONDS", 0)

    upload = checked(browser, *LONG, "S1,Twin,1,Tea,1")
    assert upload.report["bad_rows"] == [[9, "sku: already in row 2"]]
    done = decide(browser, upload)

    assert counts(done.report["written"]) == {"created": 7, "updated": 0, "unchanged": 0}
    assert set(Job.objects.values_list("status", "attempts")) == {("done", 1)}
    assert Job.objects.filter(kind="import_check").count() > 2
    assert Job.objects.filter(kind="import_write").count() > 2


def test_slug_that_somebody_takes_at_the_same_moment_is_made_anew(browser):
    upload = checked(browser, HEADING, "A,Leaves,1,Tea,1")
    others = [{"sku": "B", "name": "Other", "slug": "leaves"}]

    def taken(execute, sql, *arguments):
        if sql.startswith("INSERT") and '"catalog_product"' in sql and others:
            others.clear()
            raise IntegrityError("catalog_product.slug")
        return execute(sql, *arguments)

    with connection.execute_wrapper(taken):
        decide(browser, upload)
    assert Job.objects.get(kind="import_write").status == "pending"
    Job.objects.update(run_at=timezone.now())
    run_due_jobs()

    assert Product.objects.get().slug == "leaves"


# --- Rights


@pytest.mark.parametrize("missing", RIGHTS)
def test_who_lacks_a_permission_sees_neither_button_nor_page(client, make_clerk, clerk, missing):
    client.force_login(clerk)
    upload = brought(client, HEADING)
    client.force_login(make_clerk("view_product", *{*RIGHTS} - {missing}))

    assert "/product/import/" not in client.get(reverse("admin:catalog_product_changelist")).text
    assert client.get(IMPORT).status_code == 403
    assert client.post(IMPORT, {"file": SimpleUploadedFile("products.csv", b"x")}).status_code == 403
    for name in ("import_page", "import_progress"):
        assert client.get(page(upload, name)).status_code == 403
    assert client.post(page(upload, "import_decision"), {"import": "1"}).status_code == 403


def test_file_of_somebody_else_is_not_found(client, make_clerk, clerk, staff):
    client.force_login(clerk)
    upload = brought(client, HEADING)
    client.force_login(make_clerk(*RIGHTS))

    assert client.get(page(upload)).status_code == 404
    assert client.post(page(upload, "import_decision"), {"discard": "1"}).status_code == 404
    client.force_login(staff)
    assert client.get(page(upload)).status_code == 200
    assert page(upload) in client.get(IMPORT).text


def test_nothing_is_written_for_who_may_not_by_then(browser, clerk):
    upload = checked(browser, HEADING, "A,Leaves,1,Tea,1")
    browser.post(page(upload, "import_decision"), {"import": "1"})
    clerk.user_permissions.clear()

    run_due_jobs()

    assert Job.objects.get(kind="import_write").status == "failed"
    assert not Product.objects.exists()


def test_failed_import_is_run_again(browser, clerk):
    upload = checked(browser, HEADING, "A,Leaves,1,Tea,1")
    rights = list(clerk.user_permissions.all())
    browser.post(page(upload, "import_decision"), {"import": "1"})
    clerk.user_permissions.clear()
    run_due_jobs()
    clerk.user_permissions.set(rights)
    shown = browser.get(page(upload)).text
    assert "django.core.exceptions.PermissionDenied" in shown

    assert browser.post(page(upload, "import_again")).status_code == 302
    run_due_jobs()

    assert Product.objects.get().sku == "A"


def test_form_from_another_site_is_refused(clerk):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(clerk)

    response = browser.post(IMPORT, {"file": SimpleUploadedFile("products.csv", HEADING.encode())})

    assert response.status_code == 403
    assert not Upload.objects.exists()


def test_page_asks_how_far_the_check_is(browser):
    upload = brought(browser, *FILE)
    assert f'data-address="{page(upload, "import_progress")}"' in browser.get(page(upload)).text
    assert browser.get(page(upload, "import_progress")).json()["is_moving"] is True

    run_due_jobs()

    assert browser.get(page(upload, "import_progress")).json()["is_moving"] is False
