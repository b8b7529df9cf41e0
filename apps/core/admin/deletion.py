"""Deletion of the rows that were chosen in a list, locked optimistically."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.db import models, router, transaction
from django.http import HttpRequest

from apps.core.admin.optimistic_locking import VERSION, changed_since, text_of_change, version_of


@admin.action(
    permissions=["delete"],
    description=delete_selected.short_description,  # type: ignore[attr-defined]  # set by its decorator
)
def delete_unchanged(model_admin: Any, request: HttpRequest, queryset: models.QuerySet[Any]) -> Any:
    """Show the chosen rows to be deleted, or delete them all, unless one was changed since it was shown."""
    fields = model_admin.versioned_fields()
    if not request.POST.get("post"):
        page: Any = delete_selected(model_admin, request, queryset)
        rows = queryset.prefetch_related(*[field.name for field in model_admin.opts.many_to_many])
        page.context_data["versions"] = {_version_name(row): version_of(row, fields) for row in rows}
        return page
    ids = list(queryset.values_list("pk", flat=True))
    with transaction.atomic(using=router.db_for_write(queryset.model)):
        model_admin.lock({"pk__in": ids}, no_key=False)
        outdated = {
            row: changed
            for row in queryset.model._default_manager.filter(pk__in=ids)
            if (version := request.POST.get(_version_name(row)))
            and (changed := changed_since(version, row, fields))
        }
        if not outdated:
            return delete_selected(model_admin, request, queryset)
    for row, changed in outdated.items():
        for field in changed:
            model_admin.message_user(request, f"{row}: {text_of_change(row, field)}", messages.ERROR)
    return None


def _version_name(row: models.Model) -> str:
    return f"{VERSION}_{row.pk}"
