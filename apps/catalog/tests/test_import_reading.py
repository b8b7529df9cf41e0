"""The preview of an import shows how the file was read, and staff can have it read in another way."""

from decimal import Decimal

import pytest

from apps.catalog import jobs
from apps.catalog.models import Product
from apps.catalog.tests.import_pages import brought, checked, counts, decide, page
from apps.import_export.models import Upload, UploadPart
from apps.jobs.runner import run_due_jobs
from tests.support.html_forms import form_with

UNCLEAR = "sku;name;price;category\nA;Чай;1.250;Чай\nB;Кофе;2;Чай\n"

pytestmark = pytest.mark.django_db


def read_again(browser, upload, **chosen):
    shown = form_with(browser.get(page(upload)).text, "encoding")
    response = browser.post(page(upload, "import_reading"), {**shown, **chosen})
    assert response.status_code == 302
    run_due_jobs()
    return Upload.objects.get(pk=upload.pk)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (UNCLEAR.encode("cp1251"), {"encoding": "cp1251", "delimiter": "semicolon", "decimal": ""}),
        (
            UNCLEAR.replace(";2;", ";2,50;").encode("utf-16"),
            {"encoding": "utf-16", "delimiter": "semicolon", "decimal": ","},
        ),
        (b"sku,name,price\nA,Tea,1.50\n", {"encoding": "utf-8", "delimiter": "comma", "decimal": ""}),
    ],
    ids=["cp1251", "utf-16", "unusable"],
)
def test_preview_shows_how_the_file_was_read(browser, raw, found):
    upload = checked(browser, raw=raw)

    shown = form_with(browser.get(page(upload)).text, "encoding")
    assert {name: shown[name][0] for name in found} == found


def test_decimal_sign_that_staff_choose_decides_what_is_unclear(browser):
    upload = checked(browser, raw=UNCLEAR.encode())
    assert (upload.report["bad"], upload.report["created"]) == (1, 1)

    upload = read_again(browser, upload, decimal=",")

    assert (upload.status, upload.report["bad"], upload.report["created"]) == ("checked", 0, 2)
    assert upload.dialect == {"encoding": "utf-8", "delimiter": ";", "decimal": ","}
    decide(browser, upload)
    assert list(Product.objects.order_by("sku").values_list("price", flat=True)) == [
        Decimal("1250.00"),
        Decimal("2.00"),
    ]
    assert not UploadPart.objects.exists()


def test_file_that_could_not_be_used_is_read_in_another_way(browser):
    upload = checked(browser, raw="sku;name;price;category\nA;Чай;1;Чай\n".encode() + b"B;\xff;1;T\n")
    assert upload.status == "unusable"

    upload = read_again(browser, upload, encoding="cp1251")

    assert (upload.status, upload.report["created"]) == ("checked", 2)


def test_file_can_be_read_again_in_each_way_as_often_as_staff_like(browser, monkeypatch):
    monkeypatch.setattr(jobs, "CHUNK", 2)
    rows = [f"S{number};Tea;{number},5;Tea" for number in range(5)]
    upload = checked(browser, "sku;name;price;category", *rows)

    for delimiter, status in (("comma", "unusable"), ("semicolon", "checked"), ("comma", "unusable")):
        assert read_again(browser, upload, delimiter=delimiter).status == status
    upload = read_again(browser, upload, delimiter="semicolon")

    assert counts(upload.report) == {"created": 5, "updated": 0, "unchanged": 0}
    assert upload.parts_checked == 3
    decide(browser, upload)
    assert Product.objects.count() == 5


def test_check_that_another_choice_has_overtaken_writes_nothing(browser):
    upload = brought(browser, raw=UNCLEAR.encode())
    Upload.objects.filter(pk=upload.pk).update(checks=1)
    stale = Upload.objects.get(pk=upload.pk)
    stale.checks = 0

    assert not jobs._being_checked(stale).exists()


def test_imported_file_is_not_read_again(browser):
    upload = checked(browser, raw=UNCLEAR.encode())
    decide(browser, upload)

    response = browser.post(
        page(upload, "import_reading"),
        {"encoding": "utf-8", "delimiter": "comma", "decimal": ""},
        follow=True,
    )

    assert "This has already been decided." in response.text
    assert Upload.objects.get(pk=upload.pk).status == "done"


@pytest.mark.parametrize(
    "chosen", [{}, {"encoding": "utf-7", "delimiter": "comma"}, {"encoding": "utf-8", "delimiter": "x"}]
)
def test_choice_that_no_form_offers_is_refused(browser, chosen):
    upload = checked(browser, raw=UNCLEAR.encode())

    assert browser.post(page(upload, "import_reading"), chosen).status_code == 400
    assert Upload.objects.get(pk=upload.pk).status == "checked"
