"""AuditedAdmin: forms of the admin whose changes stand in the audit trail."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.audit.models import Action
from apps.audit.services import (
    Changes,
    changes_between,
    changes_from_nothing,
    changes_to_nothing,
    record,
    record_change,
    values_of,
)
from apps.core.admin.model_admin import StoreAdmin


class AuditedAdmin(StoreAdmin):
    """An admin of an audited model that has no services: the form writes the row, and its inlines theirs.

    Entries have the `AUDITED_FIELDS`, and what the changed rows of inlines are called, before and after.
    """

    def save_model(self, request: HttpRequest, obj: Any, form: "forms.ModelForm[Any]", change: bool) -> None:
        """Save the row, with its entry."""
        names = obj.AUDITED_FIELDS
        before = values_of(self.model._base_manager.get(pk=obj.pk), names) if change else {}
        super().save_model(request, obj, form, change)
        if change:
            record_change(obj, changes_between(before, values_of(obj, names)))
        else:
            record(Action.CREATED, obj, changes_from_nothing(values_of(obj, names)))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the rows of an inline, with an entry about the row that they belong to."""
        relation, row = formset.fk.remote_field.name, form.instance
        before = _called(row, relation)
        super().save_formset(request, form, formset, change)
        after = _called(row, relation)
        changed = {pk for pk in before.keys() | after.keys() if before.get(pk) != after.get(pk)}
        if changed:
            texts = [[called[pk] for pk in called if pk in changed] for called in (before, after)]
            record_change(row, {relation: texts})

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete the row, with its entry."""
        changes: Changes = changes_to_nothing(values_of(obj, obj.AUDITED_FIELDS))
        for inline in self.get_inline_instances(request, obj):
            formset: Any = inline.get_formset(request, obj)
            relation = formset.fk.remote_field.name
            changes[relation] = [list(_called(obj, relation).values()), None]
        record(Action.DELETED, obj, changes)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete the rows, each with its entry."""
        for row in queryset.order_by("pk"):
            self.delete_model(request, row)


def _called(row: Any, relation: str) -> dict[int, str]:
    """Return what the rows that belong to this one are called, by id."""
    related = getattr(row, relation)
    references = [field.name for field in related.model._meta.fields if field.many_to_one]
    return {each.pk: str(each) for each in related.select_related(*references).order_by("pk")}
