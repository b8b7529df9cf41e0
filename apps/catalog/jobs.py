"""Jobs of the catalogue: those of pictures, whose handlers stand in `handlers.py`, and those of an import.

Of an import one job checks the file, another writes it once staff have confirmed.

Both work part by part, and whoever takes them up goes on after the last part. Only some hundred products are
locked at a time, for a moment: one transaction for a long file would stop the sale of all of them.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, fields
from decimal import Decimal
from functools import partial
from itertools import islice

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from apps.catalog.bulk_writing import LOCK
from apps.catalog.models import ProductImage
from apps.catalog.product_import.dialects import dialect_of
from apps.catalog.product_import.headings import UnusableFile
from apps.catalog.product_import.preview import add_bad_rows, add_rows, empty_preview
from apps.catalog.product_import.rows import BadRow, ProductRow, SeenSkus, reason_of, validated
from apps.catalog.product_import.tables import ProductTable, opened_table
from apps.catalog.product_import.writing import CHUNK, known_products, refused_rows, without, write_rows
from apps.core.database.advisory_locks import lock_alone
from apps.core.database.transactions import retried_atomic
from apps.import_export.chunked_jobs import run_in_slices
from apps.import_export.models import Upload, UploadPart, UploadStatus
from apps.import_export.uploads import checked_part, forget_rows, keep_bad_rows, opened
from apps.jobs.circuit_registry import register_circuit
from apps.jobs.models import Job
from apps.jobs.registry import handler
from apps.jobs.services import JobSpec
from apps.jobs.subjects import SubjectKind, register_subjects
from apps.users.models import User

CHECK_IMPORT = "import_check"
WRITE_IMPORT = "import_write"
IMAGE, FETCH_IMAGE, IMAGES = "image", "fetch_image", "images"
# Two at a time, on all workers together: each takes some 150 MB.
register_circuit(IMAGES, label=_("Pictures"), limit=2)
PRODUCTS = SubjectKind(_("Product #%(number)s"), "admin:catalog_product_change", "catalog.view_product")
register_subjects("product:", PRODUCTS)
FILES = SubjectKind(_("File #%(number)s"), "admin:catalog_product_import_page", "import_export.view_upload")
register_subjects("upload:", FILES)
_STORED = tuple(each.name for each in fields(ProductRow) if each.name != "cells")
_AMOUNTS = ("price", "compare_at_price")
PERMISSIONS = ("catalog.add_product", "catalog.change_product", "catalog.add_stockmovement")


def job_of_image(image: ProductImage, kind: str = IMAGE) -> JobSpec:
    """Return the job that makes the files of a picture, or fetches it first."""
    return JobSpec(kind, f"{kind}:{image.pk}", f"product:{image.product_id}", {"image_id": image.pk})


def may_import(user: User) -> bool:
    """Tell whether the user may do by hand all that an import does."""
    return user.is_active and user.is_staff and user.has_perms(PERMISSIONS)


def check_of(upload: Upload) -> JobSpec:
    """Return the job that goes on checking the file."""
    return _job(CHECK_IMPORT, upload, f"{upload.checks}:{upload.last_row}")


def writing_of(upload: Upload) -> JobSpec:
    """Return the job that goes on writing what was checked."""
    return _job(WRITE_IMPORT, upload, str(upload.parts_written))


@handler(CHECK_IMPORT, label=_("File check"))
def check_import(job: Job, *, upload_id: int) -> None:
    """Find the good rows of the file, and what they would change."""
    upload = Upload.objects.filter(pk=upload_id, status=UploadStatus.CHECKING).first()
    if upload is None:
        return  # an earlier attempt got to the end, or it was discarded
    with override(upload.language), SeenSkus() as seen, opened(upload) as file:
        upload.dialect = asdict(dialect := dialect_of(file, **upload.dialect))
        try:
            with opened_table(file, dialect) as table:
                check = _Check(upload, table, seen)
                run_in_slices(check.do_part, rest=lambda: check_of(Upload.objects.get(pk=upload_id)))
        except UnusableFile as error:
            _refuse(upload, str(error))


# An IntegrityError: somebody took a slug at the same moment.
@handler(WRITE_IMPORT, label=_("Import of a file"), retry_on=(IntegrityError,))
def write_import(job: Job, *, upload_id: int) -> None:
    """Write the good rows, as far as whoever brought the file may still do so.

    Raises PermissionDenied.
    """
    writing = Upload.objects.filter(pk=upload_id, status=UploadStatus.WRITING)
    upload = writing.select_related("created_by").first()
    if upload is None:
        return
    if not may_import(upload.created_by):
        raise PermissionDenied
    with override(upload.language):
        run_in_slices(
            partial(_write_part, upload_id), rest=lambda: writing_of(Upload.objects.get(pk=upload_id))
        )


class _Check:
    """The rows of the file from where the check has got to."""

    def __init__(self, upload: Upload, table: ProductTable, seen: SeenSkus) -> None:
        self._upload, self._last_row = upload, upload.last_row
        for number in range(upload.parts_checked):
            seen.note_all((row[1], row[0]) for row in json.loads(checked_part(upload, number)))
        self._beginning = empty_preview(table.heading_row, table.heading.unread)
        self._bad_rows = table.of_bad_rows()
        self._rows = table.rows(seen, after=upload.last_row)

    def do_part(self) -> bool:
        """Check the next rows, and tell whether there are others."""
        rows = list(islice(self._rows, CHUNK))
        with transaction.atomic():
            checking = _being_checked(self._upload).select_for_update()
            # Of two workers that both think the job is theirs, one is ahead.
            upload = checking.filter(last_row=self._last_row).first()
            if upload is None:
                return False
            upload.dialect = self._upload.dialect
            upload.report = upload.report or self._beginning
            self._note(upload, rows)
            if len(rows) < CHUNK:
                upload.status = UploadStatus.CHECKED
            upload.save()
        self._last_row = upload.last_row
        return upload.status == UploadStatus.CHECKING

    def _note(self, upload: Upload, rows: list[ProductRow | BadRow]) -> None:
        good = [row for row in rows if isinstance(row, ProductRow)]
        refused = refused_rows(good, known_products(good))
        good = without(good, refused)
        if bad := sorted([*(row for row in rows if isinstance(row, BadRow)), *refused], key=_number):
            add_bad_rows(upload.report, bad)
            number = upload.report.get("bad_parts", 0)
            beginning = b"" if number else self._bad_rows.beginning()
            keep_bad_rows(upload, number, beginning + self._bad_rows.rows(bad))
            upload.report["bad_parts"] = number + 1
        add_rows(upload.report, good)
        if good:
            UploadPart.objects.create(
                upload=upload, is_checked=True, number=upload.parts_checked, data=_encoded(good)
            )
            upload.parts_checked += 1
        upload.last_row = rows[-1].number if rows else upload.last_row


def _number(row: BadRow) -> int:
    return row.number


def _refuse(upload: Upload, problem: str) -> None:
    with transaction.atomic():
        refused = _being_checked(upload).update(
            status=UploadStatus.UNUSABLE, report={"problem": problem}, dialect=upload.dialect
        )
        if refused:
            upload.parts.filter(is_checked=True).delete()


def _being_checked(upload: Upload) -> QuerySet[Upload]:
    """Return the upload, if this check of it is not over."""
    return Upload.objects.filter(pk=upload.pk, status=UploadStatus.CHECKING, checks=upload.checks)


@retried_atomic
def _write_part(upload_id: int) -> bool:
    writing = Upload.objects.select_for_update(of=("self",)).select_related("created_by")
    upload = writing.filter(pk=upload_id, status=UploadStatus.WRITING).first()
    if upload is None:
        return False
    lock_alone(LOCK)
    if upload.parts_written < upload.parts_checked:
        _write_rows(upload, _decoded(checked_part(upload, upload.parts_written)))
        upload.parts_written += 1
    if upload.parts_written == upload.parts_checked:
        upload.status = UploadStatus.DONE
        forget_rows(upload)
    upload.save()
    return upload.status == UploadStatus.WRITING


def _write_rows(upload: Upload, rows: Iterator[ProductRow]) -> None:
    """Write the rows that are still good: a newer release may know better."""
    good = []
    for row in rows:
        try:
            good.append(validated(row))
        except ValidationError as error:
            add_bad_rows(upload.report, [BadRow(row.number, reason_of(error))])
    counts = write_rows(good, by=upload.created_by)
    add_bad_rows(upload.report, counts.refused)
    written = upload.report.setdefault("written", {"created": 0, "updated": 0, "unchanged": 0})
    for name in written:
        written[name] += getattr(counts, name)


def _encoded(rows: list[ProductRow]) -> bytes:
    values = [[getattr(row, name) for name in _STORED] for row in rows]
    return json.dumps(values, ensure_ascii=False, default=str).encode()


def _decoded(data: bytes) -> Iterator[ProductRow]:
    for values in json.loads(data):
        row = dict(zip(_STORED, values, strict=False))  # a former release has stored fewer
        amounts = {name: row[name] and Decimal(row[name]) for name in _AMOUNTS if name in row}
        yield ProductRow(**row | amounts)


def _job(kind: str, upload: Upload, place: str) -> JobSpec:
    return JobSpec(
        kind,
        key=f"{upload.subject}:{kind}:{place}",
        subject=upload.subject,
        arguments={"upload_id": upload.pk},
    )
