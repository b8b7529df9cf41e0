"""Inlines of the admin: rows that are edited on the page of the row that they belong to."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest

from apps.core.admin.fields import LocalizedAmounts


class NamedCellsFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]  # Django's class takes no parameter
    """Rows whose fields have names for screen readers: what labels them stands in the table's head."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Add Django's own fields, and name all."""
        super().add_fields(form, index)
        columns = {column.name: column.verbose_name for column in form._meta.model._meta.fields}
        for name, field in form.fields.items():
            widget = getattr(field.widget, "widget", field.widget)  # what a link stands beside
            widget.attrs["aria-label"] = field.label or columns.get(name, name)


class DistinctRowsFormSet(NamedCellsFormSet):
    """The rows of an inline, of which no two are alike."""

    distinct: Sequence[str]  # the fields by which they are told apart
    duplicate_message: Any

    def validate_unique(self) -> None:
        """Refuse a row that is there twice, or would be for a moment: rows are saved one after another.

        Django calls columns by their names in the code, does not compare rows in which one is empty, and
        lets two rows take each other's place, which their constraint does not.
        """
        taken = {self._values(form.initial) for form in self.initial_forms if form.instance.pk}
        for form in self.forms:
            is_blank = not form.instance.pk and not form.has_changed()
            if is_blank or form.errors:
                continue
            if form.instance.pk:
                taken.discard(self._values(form.initial))
            if form in self.deleted_forms:
                continue
            values = self._values(form.cleaned_data)
            if values in taken:
                form.add_error(None, ValidationError(self.duplicate_message, code="duplicate"))
            taken.add(values)

    def _values(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        values = (row[name] for name in self.distinct)
        return tuple(value.pk if isinstance(value, models.Model) else value for value in values)


class StoreInline(LocalizedAmounts, admin.TabularInline):  # type: ignore[type-arg]  # Django's class takes no parameter
    """A table of rows. The version of the page covers them."""

    formset = NamedCellsFormSet

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """Return how many empty rows there are: one for a new row of the page to begin with."""
        return 0 if obj else 1

    def formfield_for_dbfield(
        self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        """Return the field of a form; beside a reference is a link that adds a row, and no others."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, forms.ModelChoiceField) and isinstance(field.widget, RelatedFieldWidgetWrapper):
            widget = field.widget
            widget.can_change_related = widget.can_delete_related = widget.can_view_related = False
        return field

    def formfield_for_foreignkey(
        self, db_field: "models.ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:  # type: ignore[type-arg]  # Django's class takes no parameter
        """Return the field for a reference, which asks for its choices once: not for each row anew."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None:
            choices: Any = field.choices
            field.choices = list(choices)
        return field
