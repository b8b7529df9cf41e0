"""What somebody does who exports: opens a list, orders the file, waits, takes it home."""

import csv
from io import StringIO

from django.test import Client
from django.urls import reverse

from apps.exports.models import Export
from apps.jobs.runner import run_due_jobs


def ordered(
    browser: Client, model: str, kind: str, query: str = "", *, for_spreadsheets: bool = False
) -> Export:
    """Order an export by the page of the list of the model, such as `catalog_product`."""
    body = {"kind": kind} | ({"has_mark": "on"} if for_spreadsheets else {})
    response = browser.post(f"{reverse(f'admin:{model}_export')}?{query}", body)
    assert response.status_code == 302, response.text
    return Export.objects.latest("pk")


def downloaded(browser: Client, export: Export) -> bytes:
    """Return the file of a finished export."""
    response = browser.get(reverse("admin:exports_export_file", args=[export.pk]))
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    assert response["Content-Length"] == str(len(content))
    return content


def exported(browser: Client, model: str, kind: str, query: str = "") -> bytes:
    """Order an export, have it written, and return the file."""
    export = ordered(browser, model, kind, query)
    run_due_jobs()
    return downloaded(browser, export)


def cells_of(content: bytes) -> list[list[str]]:
    """Return the rows of a file, without the heading."""
    return list(csv.reader(StringIO(content.decode(), newline="")))[1:]
