"""Job that writes an export, part by part. It may run twice, and its worker may die: the next goes on."""

import uuid
from collections.abc import Iterable
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.import_export.changelist_rows import rows_of_list
from apps.import_export.chunked_jobs import run_in_slices
from apps.import_export.csv_writer import CsvTable
from apps.import_export.models import SUBJECT, Export, ExportPart
from apps.import_export.registry import ExportKind, Row, kind_named
from apps.jobs.models import Job
from apps.jobs.registry import handler
from apps.jobs.services import JobSpec
from apps.jobs.subjects import SubjectKind, register_subjects
from apps.users.erasure import block_erasures

if TYPE_CHECKING:
    from apps.import_export.workbooks import Workbook

EXPORT = "export"
EXPORTS = SubjectKind(
    _("Export #%(number)s"), "admin:import_export_export_change", "import_export.view_export"
)
register_subjects(SUBJECT, EXPORTS)
LISTED_AT_ONCE = 2_000  # rows of the list that are written by one transaction


def job_of(export: Export) -> JobSpec:
    """Return the job that goes on with the export."""
    return JobSpec(
        EXPORT,
        key=f"{export.subject}:{uuid.uuid4()}",  # it may come to the same part twice, beginning anew
        subject=export.subject,
        arguments={"export_id": export.pk},
    )


@handler(EXPORT, label=_("Export to a file"))
def write_export(job: Job, *, export_id: int) -> None:
    """Write what is missing of the file, as far as the creator may still see the rows.

    Raises PermissionDenied, FileFull, and IncorrectLookupParameters when the list has other filters by now.
    """
    export = Export.objects.select_related("created_by").filter(pk=export_id, finished_at=None).first()
    if export is None:
        return  # finished by an earlier attempt, or deleted as too old
    kind = kind_named(export.kind)
    rows = rows_of_list(kind.model, export.created_by, export.query).order_by("pk")
    run_in_slices(
        partial(_write_part, export_id, kind, rows), rest=lambda: job_of(Export.objects.get(pk=export_id))
    )


@transaction.atomic
def _write_part(export_id: int, kind: ExportKind, rows: QuerySet[Any]) -> bool:
    block_erasures()
    # Under the lock: of two workers that both think the job is theirs, each writes what the other has not.
    export = Export.objects.select_for_update().filter(pk=export_id, finished_at=None).first()
    if export is None:
        return False
    ids = list(rows.filter(pk__gt=export.last_id).values_list("pk", flat=True)[:LISTED_AT_ONCE])
    export.done += len(ids)
    export.last_id = ids[-1] if ids else export.last_id
    if len(ids) < LISTED_AT_ONCE:
        export.finished_at = timezone.now()
    _append(export, kind, ids)
    export.save()
    return export.finished_at is None


def _append(export: Export, kind: ExportKind, ids: list[int]) -> None:
    writing = export.writing
    table = _workbook(export) if writing.is_workbook else CsvTable(writing)
    ahead = b""
    if not export.parts_written:
        export.further_columns = [list(each.names()) for each in kind.further]
        ahead = table.beginning(kind, chain.from_iterable(export.further_columns))
    for count, data in table.parts(_rows(export, kind, ids) if ids else ()):
        _store(export, count, ahead + data)
        ahead = b""
    if export.finished_at:
        ahead += table.end()
    if ahead:
        _store(export, 0, ahead)


def _rows(export: Export, kind: ExportKind, ids: list[int]) -> Iterable[Row]:
    rows = kind.rows(ids)
    for further, names in zip(kind.further, export.further_columns, strict=False):  # it may be an older file
        if names:
            beside = zip(rows, further.cells(ids, names), strict=True)
            rows = ((*row, *cells) for row, cells in beside)
    return rows


def _workbook(export: Export) -> "Workbook":
    from apps.import_export.workbooks import Workbook  # noqa: PLC0415  openpyxl is large, and seldom needed

    return Workbook(export.archive, export.rows)


def _store(export: Export, count: int, data: bytes) -> None:
    ExportPart.objects.create(export=export, number=export.parts_written, data=data)
    export.parts_written += 1
    export.rows += count
    export.size += len(data)
