"""The pages of an export: how far it is, what went wrong, the file; for its creator and superusers alone."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from apps.catalog.tests.factories import make_products
from apps.import_export.formats import FileFormat
from apps.import_export.models import Export, ExportPart
from apps.import_export.services import delete_old_exports, order_export
from apps.import_export.tests.export_pages import cells_of, downloaded, ordered
from apps.jobs.maintenance import run_maintenance
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs

LIST = reverse("admin:import_export_export_changelist")
PAGES = ("change", "progress", "file")

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def export(staff) -> Export:
    return order_export(
        kind="products", query="", file_format=FileFormat.PROGRAMS, listed=0, created_by=staff
    )


@pytest.fixture
def make_clerk(make_user):
    """Return a function that makes staff with the permissions."""

    def make(*codenames):
        clerk = make_user(is_staff=True)
        clerk.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        return clerk

    return make


def page(name, export):
    return reverse(f"admin:import_export_export_{name}", args=[export.pk])


def statuses(browser, user, export):
    browser.force_login(user)
    return [browser.get(page(name, export)).status_code for name in PAGES]


def test_list_has_the_button_which_keeps_filter_and_search(browser):
    listed = browser.get("/admin/catalog/product/?is_active__exact=1&q=tea")

    assert 'href="/admin/catalog/product/export/?is_active__exact=1&amp;q=tea"' in listed.text


def test_order_page_tells_how_many_rows_and_which_file_comes_back_as_it_was(browser):
    make_products(3)

    shown = browser.get(reverse("admin:catalog_product_export") + "?q=SKU", headers={"accept-language": "en"})

    assert "3 rows of the list, with its filters and search, will be exported." in shown.text
    assert "The best choice for editing products and importing them: nothing is lost." in shown.text


def test_workbook_with_too_little_room_is_refused(browser, monkeypatch):
    monkeypatch.setattr("apps.import_export.admin.exportable.MAX_ROWS", 2)
    make_products(3)
    address = reverse("admin:catalog_product_export")
    browser.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"

    refused = browser.post(address, {"kind": "products", "file_format": "xlsx"})

    assert "A workbook holds at most 2 rows: filter the list, or choose CSV." in refused.text
    assert not Export.objects.exists()
    assert browser.post(address, {"kind": "products", "file_format": "spreadsheet"}).status_code == 302


def test_table_that_outgrows_a_workbook_fails_with_the_reason(browser, monkeypatch):
    make_products(3)
    export = ordered(browser, "catalog_product", "products", file_format="xlsx")
    monkeypatch.setattr("apps.import_export.workbooks.MAX_ROWS", 2)

    run_due_jobs()

    assert "apps.import_export.archives.FileFull: " in browser.get(page("change", export)).text
    assert not ExportPart.objects.exists()


def test_filter_that_cannot_be_is_told_by_the_list(browser):
    response = browser.post(reverse("admin:catalog_product_export") + "?price=dear", {"kind": "products"})

    assert (response.status_code, response["Location"]) == (302, "/admin/catalog/product/?e=1")
    assert not Export.objects.exists()


def test_page_shows_progress_then_the_file(browser):
    make_products(2)
    export = ordered(browser, "catalog_product", "products")
    waiting = browser.get(page("change", export))
    assert f'data-address="{page("progress", export)}"' in waiting.text
    assert page("file", export) not in waiting.text
    asked = browser.get(page("progress", export)).json()
    assert (asked["done"], asked["total"], asked["is_moving"]) == (0, 2, True)

    run_due_jobs()

    asked = browser.get(page("progress", export)).json()
    assert (asked["done"], asked["total"], asked["is_moving"]) == (2, 2, False)
    done = browser.get(page("change", export))
    assert page("file", export) in done.text
    assert "data-address" not in done.text


@pytest.mark.parametrize(
    ("file_format", "extension", "content_type"),
    [
        ("programs", "csv", "text/csv; charset=utf-8"),
        ("spreadsheet", "csv", "text/csv; charset=utf-8"),
        ("xlsx", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_file_is_an_attachment_that_nobody_keeps(browser, file_format, extension, content_type):
    export = ordered(browser, "catalog_product", "products", file_format=file_format)
    run_due_jobs()

    response = browser.get(page("file", export))

    name = f"products-{timezone.now():%Y-%m-%d}-{export.pk}.{extension}"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert name in browser.get(page("change", export)).text
    assert response["Content-Type"] == content_type
    assert "no-store" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"


def test_failed_export_tells_why_and_is_run_again(client, make_clerk):
    clerk = make_clerk("view_product")
    client.force_login(clerk)
    export = ordered(client, "catalog_product", "products")
    Export.objects.update(kind="bygone")
    run_due_jobs()
    Export.objects.update(kind="products")
    assert Job.objects.get().status == "failed"

    shown = client.get(page("change", export))
    assert "KeyError: &#x27;bygone&#x27;" in shown.text
    assert client.get(page("again", export)).status_code == 405
    assert client.post(page("again", export)).status_code == 302
    run_due_jobs()

    assert cells_of(downloaded(client, export)) == []


# --- Rights


def test_only_its_creator_and_superusers_see_an_export(client, make_clerk, staff):
    creator, other = make_clerk("view_product"), make_clerk("view_product")
    client.force_login(creator)
    export = ordered(client, "catalog_product", "products")
    run_due_jobs()

    assert statuses(client, creator, export) == [200, 200, 200]
    assert len(client.get(LIST).context["cl"].result_list) == 1
    assert statuses(client, staff, export) == [200, 200, 200]
    assert len(client.get(LIST).context["cl"].result_list) == 1
    assert statuses(client, other, export) == [404, 404, 404]
    assert client.post(page("again", export)).status_code == 404
    assert len(client.get(LIST).context["cl"].result_list) == 0


def test_who_may_no_longer_see_the_list_gets_neither_file_nor_page(client, make_clerk):
    clerk = make_clerk("view_product")
    client.force_login(clerk)
    export = ordered(client, "catalog_product", "products")
    run_due_jobs()

    clerk.user_permissions.set(Permission.objects.filter(codename="view_category"))

    assert statuses(client, clerk, export) == [404, 404, 404]
    assert client.get(reverse("admin:catalog_product_export")).status_code == 403
    assert client.get(LIST).status_code == 403


@pytest.mark.parametrize(
    "change",
    [{"is_active": False}, {"is_staff": False}, {"is_superuser": False}],
    ids=lambda change: next(iter(change)),
)
def test_export_is_not_written_for_who_may_not_see_the_rows_by_then(export, staff, change):
    for name, value in change.items():
        setattr(staff, name, value)
    staff.save()

    run_due_jobs()

    job = Job.objects.get()
    assert (job.status, job.last_error.strip().splitlines()[-1]) == (
        "failed",
        "django.core.exceptions.PermissionDenied",
    )
    assert not ExportPart.objects.exists()


def test_customer_is_sent_to_the_login(client, customer, export):
    assert statuses(client, customer, export) == [302, 302, 302]


def test_address_of_no_export_is_not_found(browser, export):
    for number in ("0", "999", "9" * 30, "x"):
        assert browser.get(f"{LIST}{number}/change/").status_code == 404


# --- Cost and maintenance


def test_list_takes_the_same_queries_for_any_number_of_exports(
    browser, export, django_assert_max_num_queries
):
    browser.get(LIST)
    with django_assert_max_num_queries(20) as few:
        browser.get(LIST)
    most = len(few)
    for _time in range(10):
        ordered(browser, "catalog_product", "products")

    with django_assert_max_num_queries(most):
        assert browser.get(LIST).status_code == 200


def test_old_exports_are_deleted_daily(browser, export, settings):
    settings.EXPORT_KEEP_DAYS = 7
    run_due_jobs()
    kept = ordered(browser, "catalog_product", "products")
    Export.objects.filter(pk=export.pk).update(created_at=timezone.now() - timedelta(days=7, minutes=1))
    Export.objects.filter(pk=kept.pk).update(created_at=timezone.now() - timedelta(days=6, hours=23))

    run_maintenance()

    assert list(Export.objects.all()) == [kept]
    assert not ExportPart.objects.exists()
    assert delete_old_exports() == 0


def test_job_of_a_deleted_export_has_nothing_to_do(export):
    Export.objects.all().delete()

    run_due_jobs()

    assert Job.objects.get().status == "done"
