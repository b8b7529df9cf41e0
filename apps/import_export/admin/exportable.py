"""Export of a list of the admin: its link, its action, and the page that orders the export."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms.boundfield import BoundField, BoundWidget
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.core.admin.model_admin import StoreAdmin
from apps.core.admin.pages import AdminPage, ListTool, PagedAdmin
from apps.core.database.estimated_counts import Count, count_of
from apps.import_export import services
from apps.import_export.changelist_rows import ListRequest, Unpaged, rows_of_list
from apps.import_export.formats import MAX_ROWS, FileFormat
from apps.import_export.registry import kinds_of
from apps.users.current_user import current_user


class ExportForm(forms.Form):
    """Which table, and for which program."""

    kind = forms.ChoiceField(label=_("Table"), widget=forms.RadioSelect)
    file_format = forms.ChoiceField(
        label=_("Format"),
        widget=forms.RadioSelect,
        choices=FileFormat.choices,
        initial=FileFormat.WORKBOOK,
    )

    def __init__(self, *args: Any, model: type[Model], listed: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._listed = listed
        kinds = [(kind.name, kind.label) for kind in kinds_of(model)]
        kind = cast(forms.ChoiceField, self.fields["kind"])
        kind.choices, kind.initial = kinds, kinds[0][0]
        if len(kinds) == 1:
            kind.widget = forms.HiddenInput()

    def questions(self) -> list[tuple[BoundField, list[tuple[BoundWidget, str | Promise]]]]:
        """Return what is asked, each with the possible answers and a word about them."""
        advice = {each.value: each.help_text for each in FileFormat}
        return [
            (field, [(radio, advice.get(radio.data["value"], "")) for radio in field])
            for field in self.visible_fields()
        ]

    def clean_file_format(self) -> FileFormat:
        """Refuse a workbook that has not enough room."""
        chosen = FileFormat(self.cleaned_data["file_format"])
        if chosen == FileFormat.WORKBOOK and self._listed > MAX_ROWS:
            raise ValidationError(
                _("A workbook holds at most %(number)s rows: filter the list, or choose CSV."),
                params={"number": localize(MAX_ROWS)},
            )
        return chosen


class ExportableAdmin(StoreAdmin):
    """A list whose rows a worker can read. It names `ExportPage`, `export_tool` and `export_chosen`, too."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return a list without pages and counts when an export asks for the rows."""
        found = super().get_changelist(request, **kwargs)
        return type(found.__name__, (Unpaged, found), {}) if isinstance(request, ListRequest) else found


class ExportPage(AdminPage):
    """The page that orders an export of the list."""

    route, name = "export/", "export"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask what for."""
        return self._respond(None)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Order the export."""
        return self._respond(request.POST)

    def _respond(self, data: QueryDict | None) -> HttpResponse:
        model, query = self.model_admin.model, self.request.GET.urlencode()
        list_address = reverse(f"admin:{_list_name(model)}_changelist")
        try:
            rows = rows_of_list(model, current_user(self.request), query)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{list_address}?{ERROR_FLAG}=1")
        count = count_of(rows)
        form = ExportForm(data or None, model=model, listed=count.number)
        if form.is_valid():
            by = current_user(self.request)
            export = services.order_export(
                query=query, listed=count.number, created_by=by, **form.cleaned_data
            )
            return redirect("admin:import_export_export_change", export.pk)
        context = {
            "title": _("Export the list"),
            "form": form,
            "found": _in_words(count),
            "list_address": f"{list_address}?{query}",
        }
        return self.render("import_export/export_form.html", context)


def export_tool(model_admin: PagedAdmin, request: HttpRequest) -> ListTool:
    """Return the link from the list to its export."""
    return ListTool(_export_address(model_admin.model, request.GET), _("Export"))


@admin.action(description=_("Export the chosen rows"))
def export_chosen(model_admin: StoreAdmin, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
    """Go to the page that orders an export, with the choice as one more filter of the list."""
    query = request.GET.copy()
    if request.POST.get("select_across") != "1":
        query["pk__in"] = ",".join(request.POST.getlist(ACTION_CHECKBOX_NAME))
    return redirect(_export_address(model_admin.model, query))


def _export_address(model: type[Model], query: QueryDict) -> str:
    return f"{reverse(f'admin:{_list_name(model)}_export')}?{query.urlencode()}"


def _in_words(count: Count) -> str:
    numbers = {"number": localize(count.number)}
    if not count.is_exact:
        return (
            _("About %(number)s rows of the list, with its filters and search, will be exported.") % numbers
        )
    text = ngettext(
        "%(number)s row of the list, with its filters and search, will be exported.",
        "%(number)s rows of the list, with its filters and search, will be exported.",
        count.number,
    )
    return text % numbers


def _list_name(model: type[Model]) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"
