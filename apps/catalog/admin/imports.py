"""How staff import products: bring a file, look at what it would change, let it be written."""

import re
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    QueryDict,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from apps.catalog.jobs import may_import
from apps.catalog.product_import import dialects, services
from apps.catalog.product_import.headings import OPTIONAL_COLUMNS, REQUIRED_COLUMNS, column_name
from apps.catalog.product_import.writing import CHUNK
from apps.core.money import format_money
from apps.import_export.models import Upload, UploadStatus
from apps.import_export.progress import Progress, last_line, latest_job
from apps.import_export.uploads import bad_rows_of
from apps.jobs.models import JobStatus

RECENT = 20  # files in the list
ACCEPTED = ".csv,.txt,.tsv,.xlsx"
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1251": "Windows-1251",
    "cp866": "MS-DOS (866)",
}
DELIMITERS = {"comma": _("comma"), "semicolon": _("semicolon"), "tab": _("tab")}
DECIMAL_SIGNS = {"": _("as the numbers show"), ".": _("point"), ",": _("comma")}


class ImportForm(forms.Form):
    """The file."""

    file = forms.FileField(label=_("CSV or Excel file"), widget=forms.FileInput(attrs={"accept": ACCEPTED}))

    def clean_file(self) -> Any:
        """Refuse what is too large. Raises ValidationError."""
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_MAX_BYTES:
            raise ValidationError(_("The file is too large: at most %(limit)s.") % {"limit": _limit()})
        return file


class DialectForm(forms.Form):
    """How a file is read."""

    encoding = forms.ChoiceField(label=_("Encoding"), choices=ENCODINGS)
    delimiter = forms.ChoiceField(label=_("Delimiter"), choices=DELIMITERS)
    decimal = forms.ChoiceField(label=_("Decimal sign"), choices=DECIMAL_SIGNS, required=False)

    def __init__(self, data: QueryDict | None = None, *, upload: Upload) -> None:
        found = dialects.Dialect(**upload.dialect)
        names = {sign: name for name, sign in dialects.DELIMITERS.items()}
        super().__init__(data, initial={**asdict(found), "delimiter": names.get(found.delimiter)})
        if found.is_workbook:
            del self.fields["encoding"], self.fields["delimiter"]

    @property
    def dialect(self) -> dialects.Dialect:
        """Return what was chosen in a valid form."""
        chosen = {"encoding": "", "delimiter": "", **self.cleaned_data}
        delimiter = dialects.DELIMITERS.get(chosen["delimiter"], "")
        return dialects.Dialect(chosen["encoding"], delimiter, chosen["decimal"])


class ImportingAdmin(admin.ModelAdmin):
    """The list of products with a button that leads to the import."""

    def get_urls(self) -> list[Any]:
        """Add the pages of the import."""
        pages = {
            "import": ("import/", self.import_view),
            "import_page": ("import/<int:pk>/", self.import_page),
            "import_progress": ("import/<int:pk>/progress/", self.import_progress),
            "import_decision": ("import/<int:pk>/decision/", self.import_decision),
            "import_reading": ("import/<int:pk>/reading/", self.import_reading),
            "import_bad_rows": ("import/<int:pk>/bad-rows/", self.import_bad_rows),
            "import_again": ("import/<int:pk>/again/", self.import_again),
        }
        paths = [
            path(address, self.admin_site.admin_view(view), name=f"catalog_product_{name}")
            for name, (address, view) in pages.items()
        ]
        return [*paths, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list, with the button for those who may import."""
        context = extra_context or {}
        tools = [*context.get("list_tools", ())]
        if may_import(request.user):
            tools.append(
                {"url": reverse("admin:catalog_product_import"), "label": _("Import from CSV or Excel")}
            )
        return super().changelist_view(request, {**context, "list_tools": tools})

    # The protection reads the body, and so the file: only of those who may send one.
    @method_decorator(csrf_exempt)
    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file, and show the latest ones."""
        _require(request)
        return self._import_view(request)

    @method_decorator(csrf_protect)
    def _import_view(self, request: HttpRequest) -> HttpResponse:
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            upload = services.begin_import(form.cleaned_data["file"], created_by=request.user)
            return redirect("admin:catalog_product_import_page", upload.pk)
        context = {
            "title": _("Import from CSV or Excel"),
            "form": form,
            "uploads": Upload.objects.visible_to(request.user).select_related("created_by")[:RECENT],
            "required": ", ".join(map(column_name, REQUIRED_COLUMNS)),
            "optional": ", ".join(map(column_name, OPTIONAL_COLUMNS)),
            "limit": _limit(),
        }
        return self._page(request, "catalog/import.html", context)

    def import_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show how far a file is, what it would change, or what it has changed."""
        upload = _upload(request, pk)
        progress = _progress_of(upload)
        context = {
            "title": upload.name,
            "upload": upload,
            "progress": progress,
            "error": last_line(latest_job(upload.subject)) if progress.is_failed else "",
            "changes": _changes(upload.report.get("changes", ())),
            "new": _new(upload.report.get("new", ())),
            "dialect_form": DialectForm(upload=upload) if _can_be_read_again(upload) else None,
        }
        return self._page(request, "catalog/import_page.html", context)

    def import_progress(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer how far a file is."""
        return _progress_of(_upload(request, pk)).as_answer()

    @method_decorator(require_POST)
    def import_decision(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have the good rows of a checked file written, or forget the file."""
        upload = _upload(request, pk)
        if "import" in request.POST:
            is_done = services.confirm_import(upload.pk)
        else:
            is_done = services.discard_import(upload.pk)
        if not is_done:
            self.message_user(request, _("That was decided already."), messages.WARNING)
        elif "import" not in request.POST:
            self.message_user(request, _("The file was discarded."), messages.SUCCESS)
            return redirect("admin:catalog_product_import")
        return redirect("admin:catalog_product_import_page", upload.pk)

    @method_decorator(require_POST)
    def import_reading(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have a file checked anew, read in the way that was chosen."""
        upload = _upload(request, pk)
        form = DialectForm(request.POST, upload=upload)
        if not form.is_valid():
            return HttpResponseBadRequest()
        if not services.check_again(upload.pk, form.dialect):
            self.message_user(request, _("That was decided already."), messages.WARNING)
        return redirect("admin:catalog_product_import_page", upload.pk)

    def import_bad_rows(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """Send the bad rows as a file, each with what is wrong with it."""
        upload = _upload(request, pk)
        if not upload.report.get("bad_parts"):
            raise Http404
        return StreamingHttpResponse(
            bad_rows_of(upload),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="bad-rows-{upload.pk}.csv"'},
        )

    @method_decorator(require_POST)
    def import_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let a failed import go on."""
        upload = _upload(request, pk)
        if services.go_on(upload):
            self.message_user(request, _("The import goes on."), messages.SUCCESS)
        return redirect("admin:catalog_product_import_page", upload.pk)

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, template, {**shared, **context})


def _require(request: HttpRequest) -> None:
    if not may_import(request.user):
        raise PermissionDenied


def _limit() -> str:
    """Return what a file may have, as people say it: 200 MB, not 200.0 MB."""
    return re.sub(r"[.,]0(?=\s)", "", filesizeformat(settings.IMPORT_MAX_BYTES))


def _upload(request: HttpRequest, pk: int) -> Upload:
    _require(request)
    return get_object_or_404(Upload.objects.visible_to(request.user), pk=pk)


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
