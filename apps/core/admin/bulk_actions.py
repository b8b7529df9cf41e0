"""Bulk actions in the admin: previewed, confirmed, then reported row by row.

One refusal does not stop the rest. A row that somebody else has changed since it was shown is refused.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.admin.model_admin import StoreAdmin
from apps.core.exceptions import DomainError

MAX_CHOSEN = 1_000  # rows that are changed at once: each has a transaction of its own, and a browser waits
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """What would be done to one row: `seen` is the state that it is meant for; None in `after`: nothing.

    Of a row that would be refused, `after` says why.
    """

    before: str
    after: str | None
    seen: str
    is_refused: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one row, or why nothing did."""

    row: str
    address: str
    is_done: bool
    text: str


@dataclass(frozen=True)
class BulkChange:
    """A change of many rows.

    `preview` says what the filled-in form would do to a row. `apply` does it, for the state that was seen,
    and says what it has done; it raises DomainError or ValidationError when it refuses.
    """

    action: str
    title: str
    preview: Callable[[Any, Values], Change]
    apply: Callable[[Any, str, Values], str]
    form_class: type[forms.Form] = forms.Form
    needs_preview: bool = False  # what the form does to a row must be seen before it can be confirmed


def change_many(
    model_admin: StoreAdmin, request: HttpRequest, queryset: QuerySet[Any], change: BulkChange
) -> TemplateResponse | None:
    """Answer the action with a page to confirm, or with what was done; None when too many are chosen."""
    rows = chosen_rows(model_admin, request, queryset)
    if rows is None:
        return None
    form = change.form_class(request.POST if "step" in request.POST else None)
    if request.POST.get("step") == "confirm" and form.is_valid():
        return report(
            model_admin,
            request,
            change.title,
            [
                outcome_of(row, lambda row: change.apply(row, seen_of(request, row), form.cleaned_data))
                for row in rows
            ],
        )
    values = form.cleaned_data if form.is_bound and form.is_valid() else {}
    is_ready = bool(values) or not change.needs_preview
    previews = [(row, address_of(row), change.preview(row, values)) for row in rows]
    previews.sort(key=lambda preview: preview[2].after is None)  # what changes comes first
    context = {
        "title": change.title,
        "action": change.action,
        "action_checkbox_name": ACTION_CHECKBOX_NAME,
        "form": form,
        "is_ready": is_ready,
        "is_fixed": is_ready and change.needs_preview,  # or another form could be confirmed than was shown
        "rows": previews,
        "changing": sum(
            preview.after is not None and not preview.is_refused for _row, _address, preview in previews
        ),
    }
    return _page(model_admin, request, "admin/confirm_change.html", context)


def chosen_rows(model_admin: StoreAdmin, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any] | None:
    """Return the chosen rows, by id; None, and a message, when they are too many.

    Those that were ticked are among them even if somebody has just changed them, so that the list's filter
    finds them no more: what became of them must be told, too.
    """
    if request.POST.get("select_across", "0") == "0":
        ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
        queryset = model_admin.get_queryset(request).filter(pk__in=ticked)
        if not isinstance(related := model_admin.list_select_related, bool):
            queryset = queryset.select_related(*related)
    rows = list(queryset.order_by("pk")[: MAX_CHOSEN + 1])
    if len(rows) <= MAX_CHOSEN:
        return rows
    text = _("Select at most %(count)d rows at a time.") % {"count": MAX_CHOSEN}
    model_admin.message_user(request, text, messages.ERROR)
    return None


def outcome_of(row: Any, act: Callable[[Any], str]) -> Outcome:
    """Do it to the row, and tell what was done or why not."""
    try:
        is_done, text = True, act(row)
    except DomainError as refusal:
        is_done, text = False, str(refusal)
    except ValidationError as refusal:
        is_done, text = False, " ".join(refusal.messages)
    return Outcome(str(row), address_of(row), is_done, text)


def report(
    model_admin: StoreAdmin, request: HttpRequest, title: str, outcomes: Sequence[Outcome]
) -> TemplateResponse:
    """Return the page that tells, row by row, what was done."""
    done = sum(outcome.is_done for outcome in outcomes)
    context = {
        "title": title,
        "outcomes": outcomes,
        "done": model_admin.count_in_words(done),
        "refused": len(outcomes) - done,
    }
    return _page(model_admin, request, "admin/change_report.html", context)


def seen_of(request: HttpRequest, row: Model) -> str:
    """Return the state of the row that the sender of the form saw; empty when the form does not say."""
    return str(request.POST.get(f"seen_{row.pk}", ""))


def address_of(row: Model) -> str:
    """Return the address of the row's page in the admin."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def _page(
    model_admin: StoreAdmin, request: HttpRequest, template: str, context: Mapping[str, Any]
) -> TemplateResponse:
    shared = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "list_address": request.get_full_path(),  # the list as it was filtered
    }
    return TemplateResponse(request, template, {**shared, **context})
