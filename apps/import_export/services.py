"""Services of exports: order one, run it again, delete old ones."""

from dataclasses import asdict
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from apps.import_export.formats import FileFormat, writing_of
from apps.import_export.jobs import job_of
from apps.import_export.models import Export
from apps.jobs.models import Job
from apps.jobs.services import enqueue, run_again
from apps.users.models import User


@transaction.atomic
def order_export(*, kind: str, query: str, file_format: FileFormat, listed: int, created_by: User) -> Export:
    """Store what is wanted, and the job that writes it; `listed` is about how many rows the list has.

    A file for spreadsheets is written as the language of now writes numbers.
    """
    writing = asdict(writing_of(file_format, get_language() or settings.LANGUAGE_CODE))
    export = Export.objects.create(kind=kind, query=query, listed=listed, created_by=created_by, **writing)
    enqueue(job_of(export))
    return export


def write_again(export: Export) -> bool:
    """Let an export whose job has failed go on where it stopped; tell whether one had."""
    return bool(run_again(Job.objects.about(export.subject).values_list("pk", flat=True)))


def delete_old_exports() -> int:
    """Delete exports after EXPORT_KEEP_DAYS, finished or not, and return how many they were."""
    before = timezone.now() - timedelta(days=settings.EXPORT_KEEP_DAYS)
    old = list(Export.objects.filter(created_at__lt=before).order_by("pk"))
    for export in old:  # one by one: a file can be hundreds of megabytes
        export.delete()
    return len(old)
