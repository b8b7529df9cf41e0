"""Pages of delivery in the admin, as staff see them."""

from collections.abc import Iterator
from typing import Any

from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from tests.support.html_forms import opened_form


def page_of(row: models.Model) -> str:
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])


def with_rows(client: Client, row: models.Model, relation: str, *new: dict[str, Any]) -> dict[str, Any]:
    """Return the form of the row as it stands, with new rows of an inline."""
    form = opened_form(client, page_of(row))
    known = int(form[f"{relation}-TOTAL_FORMS"][0])
    for number, values in enumerate(new, start=known):
        form |= {f"{relation}-{number}-{name}": value for name, value in values.items()}
    return {**form, f"{relation}-TOTAL_FORMS": str(known + len(new))}


def errors_of(page: Any) -> list[str]:
    """Return all texts of errors on the page of a row, those of its inlines among them."""
    form = page.context["adminform"].form
    formsets = [each.formset for each in page.context["inline_admin_formsets"]]
    with override(page["Content-Language"]):
        return [str(text) for text in _errors(form, formsets)]


def _errors(form: Any, formsets: list[Any]) -> Iterator[Any]:
    yield from (text for texts in form.errors.values() for text in texts)
    for formset in formsets:
        yield from formset.non_form_errors()
        yield from (text for errors in formset.errors for texts in errors.values() for text in texts)
