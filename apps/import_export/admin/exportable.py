"""What makes a list of the admin exportable: a button, an action, and the page that they lead to."""

from typing import Any

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
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.core.database.estimated_counts import Count, count_of
from apps.import_export import services
from apps.import_export.changelist_rows import ListRequest, Unpaged, rows_of_list
from apps.import_export.formats import FileFormat
from apps.import_export.registry import kinds_of
from apps.import_export.workbooks import MAX_ROWS


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
        self.fields["kind"].choices = kinds
        self.fields["kind"].initial = kinds[0][0]
        if len(kinds) == 1:
            self.fields["kind"].widget = forms.HiddenInput()

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
                _("A workbook has room for %(number)s rows: filter the list, or choose CSV."),
                params={"number": localize(MAX_ROWS)},
            )
        return chosen


class ExportableAdmin(admin.ModelAdmin):
    """A list whose rows can be exported, as it is filtered and searched."""

    def get_urls(self) -> list[Any]:
        """Add the page that orders an export."""
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name=f"{_list_name(self.model)}_export"), *super().get_urls()]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return a list without pages and counts when an export asks for the rows."""
        found = super().get_changelist(request, **kwargs)
        return type(found.__name__, (Unpaged, found), {}) if isinstance(request, ListRequest) else found

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Add the action, beside whatever others there are."""
        actions = super().get_actions(request)
        action = self.get_action("export_chosen")
        return {**actions, "export_chosen": action} if action else actions

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list with the button."""
        context = extra_context or {}
        tool = {"url": self._export_address(request.GET), "label": _("Export")}
        tools = [*context.get("list_tools", ()), tool]
        return super().changelist_view(request, {**context, "list_tools": tools})

    @admin.action(description=_("Export the chosen rows"))
    def export_chosen(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Go to the page that orders an export, with the choice as one more filter of the list."""
        query = request.GET.copy()
        if request.POST.get("select_across") != "1":
            query["pk__in"] = ",".join(request.POST.getlist(ACTION_CHECKBOX_NAME))
        return redirect(self._export_address(query))

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Ask what for, and order the export."""
        query = request.GET.urlencode()
        list_address = reverse(f"admin:{_list_name(self.model)}_changelist")
        try:
            rows = rows_of_list(self.model, request.user, query)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(f"{list_address}?{ERROR_FLAG}=1")
        count = count_of(rows)
        form = ExportForm(request.POST or None, model=self.model, listed=count.number)
        if form.is_valid():
            export = services.order_export(
                query=query, listed=count.number, created_by=request.user, **form.cleaned_data
            )
            return redirect("admin:import_export_export_change", export.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Export the list"),
            "opts": self.model._meta,
            "form": form,
            "found": _in_words(count),
            "list_address": f"{list_address}?{query}",
        }
        return TemplateResponse(request, "import_export/order.html", context)

    def _export_address(self, query: QueryDict) -> str:
        return f"{reverse(f'admin:{_list_name(self.model)}_export')}?{query.urlencode()}"


def _in_words(count: Count) -> str:
    numbers = {"number": localize(count.number)}
    if not count.is_exact:
        return _("About %(number)s rows of the list are exported, as it is filtered and searched.") % numbers
    text = ngettext(
        "%(number)s row of the list is exported, as it is filtered and searched.",
        "%(number)s rows of the list are exported, as it is filtered and searched.",
        count.number,
    )
    return text % numbers


def _list_name(model: type[Model]) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"
