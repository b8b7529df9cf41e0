"""Permissions of imports in the admin, and whose uploads are seen."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.catalog.models import Product
from apps.catalog.tests.import_pages import HEADING, IMPORT, RIGHTS, brought, checked, page
from apps.import_export.models import Upload
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs

pytestmark = pytest.mark.django_db


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


def test_form_from_another_site_is_refused(clerk):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(clerk)

    response = browser.post(IMPORT, {"file": SimpleUploadedFile("products.csv", HEADING.encode())})

    assert response.status_code == 403
    assert not Upload.objects.exists()
