"""Changed lists of an account or a group, as the audit trail has them: groups and permissions."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet
from django.forms import ModelForm

from apps.audit.services import Changes
from apps.users.models import User


def changed_lists(obj: User | Group, form: "ModelForm[Any]", *fields: str) -> Changes:
    """Return the members of these fields before and after, of those that the form changes."""
    return {
        field: [names_of(getattr(obj, field).all()) if obj.pk else [], names_of(form.cleaned_data[field])]
        for field in fields
        if field in form.changed_data
    }


def names_of(rows: QuerySet[Any]) -> list[str]:
    """Return what the audit trail calls the rows."""
    if rows.model is Permission:
        named = rows.values_list("content_type__app_label", "codename")
        return [f"{app}.{codename}" for app, codename in named]
    return list(rows.values_list("name", flat=True))
