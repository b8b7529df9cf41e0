"""Import of products in the admin: pages to upload a file, review what it would change, and confirm."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from apps.catalog import import_services
from apps.catalog.admin.import_forms import DialectForm, ImportForm, size_limit
from apps.catalog.jobs import may_import
from apps.catalog.product_import import dialects
from apps.catalog.product_import.headings import OPTIONAL_COLUMNS, REQUIRED_COLUMNS, column_name
from apps.catalog.product_import.writing import CHUNK
from apps.core.admin.pages import AdminPage, ListTool, PagedAdmin
from apps.core.money import format_money
from apps.import_export.models import Upload, UploadStatus
from apps.import_export.progress import Progress, latest_error, latest_job
from apps.import_export.uploads import bad_rows_of
from apps.jobs.models import JobStatus
from apps.users.current_user import current_user

RECENT = 20  # files in the list


def import_tool(model_admin: PagedAdmin, request: HttpRequest) -> ListTool | None:
    """Return the link from the list to the import, for those who may import."""
    if not may_import(current_user(request)):
        return None
    return ListTool(reverse("admin:catalog_product_import"), _("Import from CSV or Excel"))


class ImporterPage(AdminPage):
    """A page for those who may import."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Let those in who may do by hand all that an import does."""
        return may_import(current_user(request))


# The protection reads the body, and so the file: only of those who may send one.
@method_decorator(csrf_exempt, name="dispatch")
class ImportPage(ImporterPage):
    """Where a file is brought; below the form the latest ones."""

    route, name = "import/", "import"

    @method_decorator(csrf_protect)
    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form, and the latest files."""
        return self._shown(ImportForm())

    @method_decorator(csrf_protect)
    def post(self, request: HttpRequest) -> HttpResponse:
        """Take a file."""
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._shown(form)
        upload = import_services.begin_import(form.cleaned_data["file"], created_by=current_user(request))
        return redirect("admin:catalog_product_import_page", upload.pk)

    def _shown(self, form: ImportForm) -> HttpResponse:
        uploads = Upload.objects.visible_to(current_user(self.request))
        context = {
            "title": _("Import from CSV or Excel"),
            "form": form,
            "uploads": uploads.select_related("created_by")[:RECENT],
            "required": ", ".join(map(column_name, REQUIRED_COLUMNS)),
            "optional": ", ".join(map(column_name, OPTIONAL_COLUMNS)),
            "limit": size_limit(),
        }
        return self.render("catalog/import.html", context)


class UploadPage(ImporterPage):
    """A page about one file."""

    def upload(self, pk: int) -> Upload:
        """Return the file, if it is one of those that the user may see. Raises Http404."""
        return get_object_or_404(Upload.objects.visible_to(current_user(self.request)), pk=pk)

    def to_upload(self, upload: Upload) -> HttpResponse:
        """Return the way to the file's main page."""
        return redirect("admin:catalog_product_import_page", upload.pk)


class ImportDetailPage(UploadPage):
    """How far a file is, what it would change, or what it has changed."""

    route, name = "import/<int:pk>/", "import_page"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        upload = self.upload(pk)
        progress = _progress_of(upload)
        context = {
            "title": upload.name,
            "upload": upload,
            "progress": progress,
            "error": latest_error(upload.subject) if progress.is_failed else "",
            "changes": _changes(upload.report.get("changes", ())),
            "new": _new(upload.report.get("new", ())),
            "dialect_form": DialectForm(upload=upload) if _can_be_read_again(upload) else None,
        }
        return self.render("catalog/import_page.html", context)


class ImportProgressPage(UploadPage):
    """How far a file is, for the script of its page."""

    route, name = "import/<int:pk>/progress/", "import_progress"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer it."""
        return _progress_of(self.upload(pk)).as_response()


class ImportDecisionPage(UploadPage):
    """Whether the good rows of a checked file are written."""

    route, name = "import/<int:pk>/decision/", "import_decision"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have them written, or forget the file."""
        upload = self.upload(pk)
        if "import" in request.POST:
            is_done = import_services.confirm_import(upload.pk)
        else:
            is_done = import_services.discard_import(upload.pk)
        if not is_done:
            self.model_admin.message_user(request, _("This has already been decided."), messages.WARNING)
        elif "import" not in request.POST:
            self.model_admin.message_user(request, _("The file was discarded."), messages.SUCCESS)
            return redirect("admin:catalog_product_import")
        return self.to_upload(upload)


class ImportReadingPage(UploadPage):
    """How a file is read: its encoding, its delimiter, its decimal sign."""

    route, name = "import/<int:pk>/reading/", "import_reading"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have the file checked anew, read in the way that was chosen."""
        upload = self.upload(pk)
        form = DialectForm(request.POST, upload=upload)
        if not form.is_valid():
            return HttpResponseBadRequest()
        if not import_services.check_again(upload.pk, form.dialect):
            self.model_admin.message_user(request, _("This has already been decided."), messages.WARNING)
        return self.to_upload(upload)


class ImportBadRowsPage(UploadPage):
    """The bad rows of a file, each with what is wrong with it."""

    route, name = "import/<int:pk>/bad-rows/", "import_bad_rows"

    def get(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """Send them as a file."""
        upload = self.upload(pk)
        if not upload.report.get("bad_parts"):
            raise Http404
        return StreamingHttpResponse(
            bad_rows_of(upload),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="bad-rows-{upload.pk}.csv"'},
        )


class ImportAgainPage(UploadPage):
    """A second attempt at an import that has failed."""

    route, name = "import/<int:pk>/again/", "import_again"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let it go on where it stopped."""
        upload = self.upload(pk)
        if import_services.go_on(upload):
            self.model_admin.message_user(request, _("The import continues."), messages.SUCCESS)
        return self.to_upload(upload)


IMPORT_PAGES = (
    ImportPage,
    ImportDetailPage,
    ImportProgressPage,
    ImportDecisionPage,
    ImportReadingPage,
    ImportBadRowsPage,
    ImportAgainPage,
)


def _can_be_read_again(upload: Upload) -> bool:
    return upload.status in {UploadStatus.CHECKED, UploadStatus.UNUSABLE} and upload.has_file


def _progress_of(upload: Upload) -> Progress:
    job = latest_job(upload.subject)
    is_writing = upload.status == UploadStatus.WRITING
    is_busy = is_writing or upload.status == UploadStatus.CHECKING
    done = upload.parts_written * CHUNK if is_writing else upload.last_row - 1
    lines = 0 if upload.dialect and dialects.Dialect(**upload.dialect).is_workbook else upload.lines - 1
    return Progress(
        address=reverse("admin:catalog_product_import_progress", args=[upload.pk]),
        done=done,
        total=max(done, upload.parts_checked * CHUNK if is_writing else lines),
        state=upload.get_status_display(),
        is_over=not is_busy,
        is_failed=is_busy and job is not None and job.status == JobStatus.FAILED,
    )


def _changes(kept: Any) -> list[dict[str, Any]]:
    """Return a line for each changed field."""
    return [
        {**change, "field": column_name(field), "old": _shown(field, old), "new": _shown(field, new)}
        for change in kept
        for field, (old, new) in change["fields"].items()
    ]


def _new(kept: Any) -> list[dict[str, Any]]:
    """Return a line for each new product."""
    return [
        {**product, **{field: _shown(field, new) for field, (_old, new) in product["fields"].items()}}
        for product in kept
    ]


def _shown(field: str, value: str | None) -> str | None:
    return format_money(Decimal(value)) if field == "price" and value is not None else value
