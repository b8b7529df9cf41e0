"""Codes of promotions in the admin: the list, with its export, and single codes."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext_lazy, pgettext
from django.utils.translation import gettext_lazy as _

from apps.core.admin.bulk_actions import BulkChange, Change, Values, change_many
from apps.core.admin.changelists import AutocompleteFilter, LongListAdmin
from apps.core.admin.model_admin import StoreAdmin, StoreAutocompleteSelect
from apps.import_export.admin.exportable import ExportableAdmin, ExportPage, export_chosen, export_tool
from apps.promotions.admin.limits import CountedUses, LimitedForm
from apps.promotions.models import Promotion, PromotionCode, PromotionTrigger, code_as_kept
from apps.promotions.services import create_code, delete_code, update_code

WITHOUT_EFFECT = _("The promotion applies by itself: its codes will not work until it applies by a code.")


class CodeForm(LimitedForm):
    """The form of a code."""

    class Meta:
        help_texts = {
            "code": _("Letters, digits, hyphens. Capital and small letters are the same."),
            "usage_limit": _("Beside the promotion's own limit."),
        }


@admin.action(description=_("Switch off…"), permissions=["change"])
def deactivate(
    model_admin: StoreAdmin, request: HttpRequest, queryset: QuerySet[PromotionCode]
) -> TemplateResponse | None:
    """Switch the chosen codes off, such as those of a batch that has leaked."""

    def apply(code: PromotionCode, _seen: str, _values: Values) -> str:
        update_code(code.pk, is_active=False)
        return gettext("switched off")

    change = BulkChange(
        action="deactivate",
        title=gettext("Switch codes off"),
        form_class=forms.Form,
        preview=lambda code, _values: Change(
            before=pgettext("promotion code", "active") if code.is_active else gettext("switched off"),
            after=gettext("switched off") if code.is_active else None,
            seen="",
        ),
        apply=apply,
    )
    return change_many(model_admin, request, queryset, change)


@admin.register(PromotionCode)
class PromotionCodeAdmin(CountedUses, ExportableAdmin, LongListAdmin):
    """Codes. Those that were used are kept: they are switched off."""

    form = CodeForm
    counted = ngettext_lazy("%(number)s code", "%(number)s codes", "count")
    list_display = ("code", "promotion", "uses", "is_active")
    list_filter = ("is_active", ("promotion", AutocompleteFilter))
    list_select_related = ("promotion",)
    search_fields = ("code",)  # opens the search box; get_search_results does the work
    search_help_text = _("The beginning of a code")
    sortable_by = ()
    autocomplete_fields = ("promotion",)
    fields = ("promotion", "code", "usage_limit", "is_active", "uses")
    actions = (deactivate, export_chosen)
    pages = (ExportPage,)
    list_tools = (export_tool,)

    @property
    def media(self) -> forms.Media:
        """Return what the list's filter for a promotion needs."""
        promotion = StoreAutocompleteSelect(PromotionCode._meta.get_field("promotion"), self.admin_site)
        return super().media + promotion.media

    def get_readonly_fields(self, request: HttpRequest, obj: PromotionCode | None = None) -> tuple[str, ...]:
        """Keep what customers were told: the code, and what it is for."""
        return ("promotion", "code", "uses") if obj else ("uses",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the codes that begin so, in whatever case."""
        return queryset.filter(code__startswith=code_as_kept(search_term)), False

    def lock(self, lookup: dict[str, Any], *, no_key: bool = True) -> None:
        """Lock the promotions first, as orders do: in another order they would wait for each other."""
        list(Promotion.objects.filter(codes__in=PromotionCode.objects.filter(**lookup)).locked())
        super().lock(lookup, no_key=no_key)

    def save_model(
        self, request: HttpRequest, obj: PromotionCode, form: "forms.ModelForm[PromotionCode]", change: bool
    ) -> None:
        """Save by the services, which count uses and record what was done."""
        if change:
            update_code(obj.pk, **{name: form.cleaned_data[name] for name in form.changed_data})
        else:
            obj.pk = create_code(**form.cleaned_data).pk
            if obj.promotion.trigger != PromotionTrigger.CODE:
                self.message_user(request, WITHOUT_EFFECT, messages.WARNING)

    def delete_model(self, request: HttpRequest, obj: PromotionCode) -> None:
        """Delete the code, which the audit trail tells."""
        delete_code(obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[PromotionCode]) -> None:
        """Delete the codes."""
        for code in queryset.order_by("pk"):
            delete_code(code.pk)
