"""Services of an import: upload a file, confirm it, discard it."""

from dataclasses import asdict
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from apps.catalog.jobs import check_of, writing_of
from apps.catalog.product_import.dialects import Dialect
from apps.import_export.models import Upload, UploadStatus
from apps.import_export.uploads import store_upload
from apps.jobs.models import Job
from apps.jobs.services import enqueue, run_again
from apps.users.models import User


@transaction.atomic
def begin_import(file: "UploadedFile[Any]", *, created_by: User) -> Upload:
    """Store the file, and the job that checks it."""
    upload = store_upload(file, created_by=created_by)
    enqueue(check_of(upload))
    return upload


@transaction.atomic
def check_again(upload_id: int, dialect: Dialect) -> bool:
    """Have a file that nothing is decided of read in another way; tell whether that could still be done."""
    undecided = [UploadStatus.CHECKED, UploadStatus.UNUSABLE]
    found = Upload.objects.select_for_update().filter(pk=upload_id, status__in=undecided)
    upload = found.first()
    if upload is None or not upload.has_file:
        return False
    upload.parts.filter(is_checked=True).delete()
    upload.dialect, upload.report = asdict(dialect), {}
    upload.status, upload.last_row, upload.parts_checked = UploadStatus.CHECKING, 1, 0
    upload.checks += 1
    upload.save()
    enqueue(check_of(upload))
    return True


@transaction.atomic
def confirm_import(upload_id: int) -> bool:
    """Have the good rows of a checked file written; tell whether that was still to be decided."""
    checked = Upload.objects.select_for_update().filter(pk=upload_id, status=UploadStatus.CHECKED)
    if (upload := checked.first()) is None:
        return False
    upload.status = UploadStatus.WRITING
    upload.save(update_fields=["status"])
    enqueue(writing_of(upload))
    return True


@transaction.atomic
def discard_import(upload_id: int) -> bool:
    """Forget a file that nothing was written of; tell whether that was so."""
    unwritten = [UploadStatus.CHECKING, UploadStatus.CHECKED, UploadStatus.UNUSABLE]
    found = Upload.objects.select_for_update().filter(pk=upload_id, status__in=unwritten)
    return any(upload.delete()[0] for upload in found)


def go_on(upload: Upload) -> bool:
    """Let an import whose job has failed go on where it stopped; tell whether one had."""
    return bool(run_again(Job.objects.about(upload.subject).values_list("pk", flat=True)))
