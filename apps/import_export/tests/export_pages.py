"""Steps of an export in the admin: opening a list, ordering the file, waiting, downloading."""

import csv
import warnings
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from apps.import_export.models import Export
from apps.jobs.runner import run_due_jobs


def ordered(
    browser: Client, model: str, kind: str, query: str = "", *, file_format: str = "programs"
) -> Export:
    """Order an export by the page of the list of the model, such as `catalog_product`."""
    body = {"kind": kind, "file_format": file_format}
    response = browser.post(f"{reverse(f'admin:{model}_export')}?{query}", body)
    assert response.status_code == 302, response.text
    return Export.objects.latest("pk")


def downloaded(browser: Client, export: Export) -> bytes:
    """Return the file of a finished export."""
    response = browser.get(reverse("admin:import_export_export_file", args=[export.pk]))
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    assert response["Content-Length"] == str(len(content))
    return content


def exported(
    browser: Client, model: str, kind: str, query: str = "", *, file_format: str = "programs"
) -> bytes:
    """Order an export, have it written, and return the file."""
    export = ordered(browser, model, kind, query, file_format=file_format)
    run_due_jobs()
    return downloaded(browser, export)


def cells_of(content: bytes) -> list[list[Any]]:
    """Return the rows of a file, without the heading."""
    if content.startswith(b"PK"):
        return [list(cells) for cells in sheet_of(content).iter_rows(min_row=2, values_only=True)]
    return list(csv.reader(StringIO(content.decode(), newline="")))[1:]


def sheet_of(content: bytes) -> Worksheet:
    """Return the sheet of a workbook, in which nothing is broken."""
    with ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == len(set(archive.namelist()))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (sheet,) = load_workbook(BytesIO(content)).worksheets
    return sheet
