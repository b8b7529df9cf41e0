"""Steps of an import in the admin: upload, preview, decision."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.import_export.models import Upload
from apps.jobs.runner import run_due_jobs

IMPORT = reverse("admin:catalog_product_import")
HEADING = "sku,name,price,category,stock"
RIGHTS = ("add_product", "change_product", "add_stockmovement")


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
