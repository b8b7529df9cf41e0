"""Imports in the admin that are interrupted, long, or fail: they continue where they stopped."""

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.utils import timezone

from apps.catalog import jobs
from apps.catalog.models import Product, StockMovement
from apps.catalog.tests.import_pages import HEADING, checked, counts, decide, page
from apps.import_export import chunked_jobs
from apps.import_export.models import Upload
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


LONG = (HEADING, *[f"S{number},Leaves {number},1,Tea,{number}" for number in range(1, 8)])


@pytest.mark.parametrize("part", [1, 2, 4])
def test_import_that_is_broken_off_goes_on_after_its_last_part(browser, monkeypatch, part):
    monkeypatch.setattr(jobs, "CHUNK", 2)
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
    monkeypatch.setattr(jobs, "CHUNK", 2)
    monkeypatch.setattr(chunked_jobs, "SLICE_SECONDS", 0)

    upload = checked(browser, *LONG, "S1,Twin,1,Tea,1")
    assert upload.report["bad_rows"] == [[9, "SKU: already in row 2"]]
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

    assert not others
    assert Job.objects.get(kind="import_write").attempts == 1
    assert Product.objects.get().slug == "leaves"


def test_import_whose_slugs_somebody_always_takes_is_tried_again_later(browser):
    upload = checked(browser, HEADING, "A,Leaves,1,Tea,1")

    def always_taken(execute, sql, *arguments):
        if sql.startswith("INSERT") and '"catalog_product"' in sql:
            raise IntegrityError("catalog_product.slug")
        return execute(sql, *arguments)

    with connection.execute_wrapper(always_taken):
        decide(browser, upload)
    assert Job.objects.get(kind="import_write").status == "pending"
    Job.objects.update(run_at=timezone.now())
    run_due_jobs()

    assert Product.objects.get().slug == "leaves"


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
