"""Inline editing of lists in the admin: saved row by row, never over a value that was not seen."""

import re
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from apps.core.admin.bulk_actions import outcome_of
from apps.core.admin.model_admin import StoreAdmin

ROW = re.compile(r"form-\d+-id")
ROW_ID = re.compile(r"[0-9]{1,18}")


class ListedRowForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter
    """The cells of one row, each with the value that was seen when the list was opened.

    Django would compare with the present value, and write an old one back that nobody has touched.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True

    def seen(self, field: str) -> Any:
        """Return the value that was shown; None when the form does not say. Raises ValidationError."""
        return self.fields[field].to_python(self.data.get(self.add_initial_prefix(field), ""))


class ListEditingAdmin(StoreAdmin):
    """A list that is edited in place: a row that is refused does not stop the rest."""

    locks_listed_rows = True
    listed_row_form: type[ListedRowForm] = ListedRowForm

    def save_listed_row(self, request: HttpRequest, form: ListedRowForm, row: Any) -> str:
        """Save the row, if what the form changes is as it was seen, and say what was done.

        Raises ValidationError.
        """
        raise NotImplementedError

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        """Let each row carry what was seen."""
        return super().get_changelist_form(request, **{"form": self.listed_row_form, **kwargs})

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Save the cells that were typed in; else show the list."""
        if request.method != "POST" or "_save" not in request.POST:
            return super().changelist_view(request, extra_context)
        if not self.has_change_permission(request):
            raise PermissionDenied
        for form in self._typed(request):
            outcome = outcome_of(form.instance, partial(self.save_listed_row, request, form))
            level = messages.SUCCESS if outcome.is_done else messages.ERROR
            self.message_user(request, f"{outcome.row}: {outcome.text}", level)
        return HttpResponseRedirect(request.get_full_path())

    def _typed(self, request: HttpRequest) -> list[ListedRowForm]:
        """Return the forms of the rows in which something is not as it was shown."""
        prefixes = {
            int(str(row_id)): name.removesuffix("-id")
            for name, row_id in request.POST.items()
            if ROW.fullmatch(name) and ROW_ID.fullmatch(str(row_id))
        }
        form_class = self.get_changelist_form(request, fields=self.list_editable)
        rows = self.get_queryset(request).in_bulk(list(prefixes))
        listed = [
            form_class(request.POST, prefix=prefix, instance=rows[pk])
            for pk, prefix in prefixes.items()
            if pk in rows
        ]
        return [form for form in listed if form.has_changed()]
