"""Attributes in the admin, each with its values as lines of text: five hundred brands are one page."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.audit.audited_admin import AuditedAdmin
from apps.catalog.attribute_lines import MAX_LINES, lines_of, read_lines
from apps.catalog.models import BRAND, TAG, Attribute, AttributeType
from apps.catalog.services.attributes import refuse_in_use, write_values
from apps.core.admin.optimistic_locking import VersionedForm

VALUES = "values"


class AttributeForm(VersionedForm):
    """An attribute with its values."""

    values = forms.CharField(
        label=_("values"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 20, "cols": 80, "class": "vLargeTextField"}),
        help_text=_(
            "For a choice: one value in a line, in the order in which customers see them: "
            "code | Russian name | English name. A name alone gets a code; columns of a spreadsheet can be "
            "pasted."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and VALUES in self.fields:
            self.initial[VALUES] = "\n".join(map(str, lines_of(self.instance.values.all())))

    def clean_values(self) -> Any:
        """Return the lines. Raises ValidationError for lines that cannot be read, and for values in use."""
        lines = read_lines(self.cleaned_data[VALUES])
        if self.instance.pk:
            kept = [line.value for line in lines]
            gone = self.instance.values.exclude(value__in=kept).values_list("value", flat=True)
            refuse_in_use(self.instance.pk, list(gone))
        return lines

    def clean(self) -> dict[str, Any]:
        """Refuse values of what is no choice."""
        cleaned = super().clean()
        kind = cleaned.get("type", self.instance.type)
        if cleaned.get(VALUES) and kind != AttributeType.CHOICE:
            self.add_error(VALUES, ValidationError(text("Only a choice has values."), code="no_choice"))
        return cleaned


@admin.register(Attribute)
class AttributeAdmin(AuditedAdmin):
    """What products are described and filtered by."""

    form = AttributeForm
    counted = ngettext_lazy("%(number)s attribute", "%(number)s attributes", "count")
    list_display = ("shown_name", "code", "type", "unit", "is_filter", "number_of_values", "position")
    list_filter = ("type", "is_filter")
    search_fields = ("name_ru", "name_en", "code")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attribute]:
        """Count the values, too."""
        return super().get_queryset(request).annotate(value_count=Count("values"))

    def get_form(
        self, request: HttpRequest, obj: Attribute | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """Return the class of the form; its version covers the values that stand there."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.inlined = [VALUES] if VALUES in self.get_fields(request, obj) else []
        return form

    def get_fields(self, request: HttpRequest, obj: Attribute | None = None) -> list[Any]:
        """Open the values of a choice to those who may change them, unless they are too many for a form."""
        columns = ["name_ru", "name_en", "code", "type", "unit", "is_filter", "position"]
        if obj is not None and obj.type != AttributeType.CHOICE:
            return columns
        may_change = self.has_change_permission(request, obj)
        if obj is not None and (not may_change or obj.values.count() > MAX_LINES):
            return [*columns, "shown_values"]
        return [*columns, VALUES]

    def get_readonly_fields(self, request: HttpRequest, obj: Attribute | None = None) -> tuple[str, ...]:
        """Keep code and type of an attribute: products, files and programs go by them."""
        return ("code", "type", "shown_values") if obj else ()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the values."""
        super().save_related(request, form, formsets, change)
        if VALUES in form.changed_data:
            write_values(form.instance.pk, form.cleaned_data[VALUES])

    def has_delete_permission(self, request: HttpRequest, obj: Attribute | None = None) -> bool:
        """Keep brand and tags, which search and feeds know by their codes."""
        is_kept = obj is not None and obj.code in {BRAND, TAG}
        return not is_kept and super().has_delete_permission(request, obj)

    @admin.display(description=_("name"), ordering="name_ru")
    def shown_name(self, attribute: Attribute) -> str:
        """Return the name in the reader's language."""
        return attribute.name

    @admin.display(description=_("values"), ordering="value_count")
    def number_of_values(self, attribute: Any) -> int | str:
        """Return how many values a choice has."""
        return attribute.value_count if attribute.type == AttributeType.CHOICE else "—"

    @admin.display(description=_("values"))
    def shown_values(self, attribute: Attribute) -> str:
        """Return the first values, and what to do where there are too many for a form."""
        lines = "\n".join(map(str, lines_of(attribute.values.all()[:MAX_LINES])))
        told = text("There are too many to be edited here. An import of products adds others.")
        note = told if attribute.values.count() > MAX_LINES else ""
        return format_html('<p class="help">{}</p><pre>{}</pre>', note, lines)
