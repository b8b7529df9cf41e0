"""Exports in the admin: their list, their progress and their files."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from apps.audit.admin import AuditEntryAdmin
from apps.audit.models import AuditEntry
from apps.core.admin.model_admin import StoreAdmin
from apps.core.admin.pages import AdminPage, PagedAdmin
from apps.import_export import services
from apps.import_export.admin.exportable import ExportableAdmin, ExportPage, export_chosen, export_tool
from apps.import_export.changelist_rows import may_see
from apps.import_export.models import Export, ExportPart
from apps.import_export.progress import Progress, latest_error
from apps.import_export.registry import all_kinds, kind_named
from apps.jobs.models import JobStatus
from apps.users.current_user import current_user

admin.site.unregister(AuditEntry)


@admin.register(AuditEntry)
class ExportableAuditEntryAdmin(ExportableAdmin, AuditEntryAdmin):
    """The audit trail, exportable: its own app lies below this one."""

    pages = (ExportPage,)
    list_tools = (export_tool,)
    actions = (export_chosen,)


class OneExportPage(AdminPage):
    """A page about one export."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Let all staff in: they find their own exports only."""
        return True

    def export(self, pk: int) -> Export:
        """Return the export, if it is one that the user may see. Raises Http404."""
        return _found(self.model_admin, self.request, str(pk))


class ExportProgressPage(OneExportPage):
    """How far an export is, for the script of its page."""

    route, name = "<int:pk>/progress/", "progress"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer it."""
        return _progress_of(self.export(pk)).as_response()


class ExportFilePage(OneExportPage):
    """The finished file."""

    route, name = "<int:pk>/file/", "file"

    def get(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """Send it, part by part."""
        export = self.export(pk)
        if not export.finished_at:
            raise Http404
        return StreamingHttpResponse(
            _parts_of(export),
            content_type=export.writing.content_type,
            headers={
                "Content-Length": str(export.size),
                "Content-Disposition": f'attachment; filename="{export.file_name}"',
            },
        )


class ExportAgainPage(OneExportPage):
    """A second attempt at an export that has failed."""

    route, name = "<int:pk>/again/", "again"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let it go on where it stopped."""
        export = self.export(pk)
        if services.write_again(export):
            self.model_admin.message_user(request, _("The export continues."), messages.SUCCESS)
        return redirect("admin:import_export_export_change", export.pk)


@admin.register(Export)
class ExportAdmin(StoreAdmin):
    """One's own exports (a superuser sees all), as long as one may see what they hold."""

    counted = ngettext_lazy("%(number)s export", "%(number)s exports", "count")
    list_display = ("file_name", "table", "status", "written", "file_size", "created_at", "created_by")
    list_display_links = ("file_name",)
    show_full_result_count = False
    pages = (ExportProgressPage, ExportFilePage, ExportAgainPage)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Export]:
        """Leave out what is not the user's, and what the user may not see any more."""
        kinds = [kind.name for kind in all_kinds() if may_see(current_user(request), kind.name)]
        return Export.objects.visible_to(current_user(request)).filter(kind__in=kinds).with_job()

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the list to those who may export something."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Export | None = None) -> bool:
        """Let those in who may export something; `get_queryset` says which exports are theirs."""
        user = current_user(request)
        return user.is_active and user.is_staff and any(may_see(user, kind.name) for kind in all_kinds())

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Leave it to the lists, whose rows are exported."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Export | None = None) -> bool:
        """Let nobody change what was exported."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Export | None = None) -> bool:
        """Leave it to the daily maintenance."""
        return False

    @admin.display(description=_("file"), ordering="pk")
    def file_name(self, export: Export) -> str:
        """Return what the file is called."""
        return export.file_name

    @admin.display(description=_("table"))
    def table(self, export: Export) -> str:
        """Return the kind in words."""
        return str(kind_named(export.kind).label)

    @admin.display(description=_("status"))
    def status(self, export: Export) -> str:
        """Return where it stands."""
        return str(export.status.label)

    @admin.display(description=_("rows"))
    def written(self, export: Export) -> str:
        """Return how many rows the file has by now."""
        return formats.localize(export.rows, use_l10n=True)

    @admin.display(description=_("size"))
    def file_size(self, export: Export) -> str:
        """Return how large the file is by now."""
        return filesizeformat(export.size)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show how far an export is, and what can be done with it."""
        export = _found(self, request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": export.file_name,
            "opts": self.opts,
            "export": export,
            "table": kind_named(export.kind).label,
            "progress": _progress_of(export),
            "error": latest_error(export.subject) if export.status == JobStatus.FAILED else "",
            "written": ngettext("%(number)s row", "%(number)s rows", export.rows)
            % {"number": formats.localize(export.rows)},
            "kept": ngettext(
                "The file is deleted after %(number)d day.",
                "The file is deleted after %(number)d days.",
                settings.EXPORT_KEEP_DAYS,
            )
            % {"number": settings.EXPORT_KEEP_DAYS},
        }
        return TemplateResponse(request, "import_export/export.html", context)


def _found(model_admin: PagedAdmin, request: HttpRequest, object_id: str) -> Export:
    export: Export | None = model_admin.get_object(request, unquote(object_id))
    if export is None:
        raise Http404
    return export


def _progress_of(export: Export) -> Progress:
    return Progress(
        address=reverse("admin:import_export_export_progress", args=[export.pk]),
        done=export.done,
        total=export.done if export.finished_at else max(export.listed, export.done),
        state=export.status.label,
        is_over=export.finished_at is not None,
        is_failed=export.status == JobStatus.FAILED,
    )


def _parts_of(export: Export) -> Iterator[bytes]:
    parts = ExportPart.objects.filter(export=export)
    for number in range(export.parts_written):
        yield bytes(parts.values_list("data", flat=True).get(number=number))
