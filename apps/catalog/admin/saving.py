"""Saving of admin forms through the services of the catalogue."""

from typing import Any


def save_by_service(obj: Any, form: Any, change: bool, *, create: Any, update: Any) -> None:
    """Create the row by the one service, or change by the other what the form has changed."""
    if change:
        update(obj.pk, **form.for_service({name: form.cleaned_data[name] for name in form.changed_data}))
        return
    created = create(**form.for_service(form.cleaned_data))
    obj.pk, obj.slug = created.pk, created.slug
