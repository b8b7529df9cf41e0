"""An export survives its workers: the next one continues after the last part."""

import os
import signal
from collections.abc import Callable
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from apps.catalog.tests.factories import make_products
from apps.import_export import chunked_jobs, jobs
from apps.import_export.formats import FileFormat
from apps.import_export.models import Export, ExportPart
from apps.import_export.services import order_export
from apps.import_export.tests.export_pages import cells_of, downloaded, ordered
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from tests.support.processes import in_child

PRODUCTS = 10

pytestmark = pytest.mark.embedded


@pytest.fixture
def browser(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def skus(db, monkeypatch) -> list[str]:
    """Make products for four parts, and return their skus."""
    monkeypatch.setattr(jobs, "LISTED_AT_ONCE", 3)
    return [product.sku for product in make_products(PRODUCTS)]


@contextmanager
def at_part(number: int, act: Callable[[], None]):
    """Call `act` in place of the statement that stores the n-th part."""
    stored = []

    def execute(run, sql, *arguments):
        if sql.startswith("INSERT") and ExportPart._meta.db_table in sql:
            stored.append(sql)
            if len(stored) == number:
                act()
        return run(sql, *arguments)

    with connection.execute_wrapper(execute):
        yield


def fail():
    raise OperationalError("the database is away")


def due_again():
    Job.objects.exclude(status="done").update(run_at=timezone.now(), leased_until=timezone.now())


@pytest.fixture(params=[FileFormat.PROGRAMS, FileFormat.WORKBOOK])
def file_format(request) -> FileFormat:
    return request.param


def whole(browser, export, skus):
    content = downloaded(browser, Export.objects.get(pk=export.pk))
    return content.count(b"sku,") <= 1 and [sku for sku, *_cells in cells_of(content)] == skus


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 3])
def test_export_that_was_broken_off_goes_on_after_its_last_part(browser, skus, number, file_format):
    export = ordered(browser, "catalog_product", "products", file_format=file_format)
    with at_part(number, fail):
        run_due_jobs()
    half = Export.objects.get(pk=export.pk)
    assert (half.parts_written, half.done, half.finished_at) == (number - 1, 3 * (number - 1), None)
    assert browser.get(reverse("admin:import_export_export_file", args=[export.pk])).status_code == 404

    due_again()
    run_due_jobs()

    assert whole(browser, export, skus)
    assert Job.objects.get(kind="export").attempts == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_export_of_a_killed_worker_is_finished_by_the_next(client, staff, skus, file_format):
    export = order_export(kind="products", query="", file_format=file_format, listed=0, created_by=staff)

    def die_at_the_third_part():
        with at_part(3, lambda: os.kill(os.getpid(), signal.SIGKILL)):
            return run_due_jobs()

    assert in_child(die_at_the_third_part) == -signal.SIGKILL
    assert Export.objects.get(pk=export.pk).parts_written == 2
    due_again()
    run_due_jobs()

    client.force_login(staff)
    assert whole(client, export, skus)


@pytest.mark.django_db
def test_export_that_takes_long_is_a_chain_of_jobs_none_of_which_fails(
    browser, skus, monkeypatch, file_format
):
    monkeypatch.setattr(chunked_jobs, "SLICE_SECONDS", 0)
    export = ordered(browser, "catalog_product", "products", file_format=file_format)

    run_due_jobs()

    assert whole(browser, export, skus)
    ran = Job.objects.filter(kind="export", subject=export.subject).values_list("status", "attempts")
    assert list(ran) == [("done", 1)] * 4


@pytest.mark.django_db
def test_job_that_comes_twice_writes_nothing_twice(browser, skus):
    export = ordered(browser, "catalog_product", "products")
    run_due_jobs()
    Job.objects.update(status="pending", run_at=timezone.now())

    run_due_jobs()

    assert whole(browser, export, skus)
