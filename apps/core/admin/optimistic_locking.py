"""Optimistic locking: nobody writes over what others have changed since a page of the admin was opened.

A page carries the version of what it shows. When it is sent back, the version is compared with the row as it
is now, under the row's lock and in the transaction that writes it. If something has changed, it is named and
nothing is saved.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core import checks
from django.core.exceptions import ValidationError
from django.db import models, router, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _

VERSION = "version"  # the hidden field of a page
SALT = "apps.core.admin.optimistic_locking"
SHOWN_CHARACTERS = 200  # of a value that is told
SECRET_FIELDS = {"password"}  # of which no value is told

_author_lookups: list[Callable[[models.Model, str], str]] = []


def register_author_lookup(lookup: Callable[[models.Model, str], str]) -> None:
    """Ask the function who changed a field of a row last; it returns an empty text when it does not know."""
    _author_lookups.append(lookup)


def version_of(row: models.Model, fields: Iterable[str]) -> str:
    """Return the version of these fields of a stored row: it shows no value, and nobody else can make it."""
    return " ".join(f"{field}:{_digest(row, field)}" for field in fields)


def changed_since(version: str, row: models.Model, fields: Iterable[str]) -> list[str]:
    """Return which of the fields have changed since the version was made."""
    seen = dict(part.partition(":")[::2] for part in version.split())
    return [field for field in fields if not constant_time_compare(seen.get(field, ""), _digest(row, field))]


def unless_changed(field: str, seen: str) -> Callable[[models.Model], None]:
    """Return a precondition for a service: it raises ValidationError when the field is not what was seen."""

    def precondition(row: models.Model) -> None:
        if seen_value(row, field) != seen:
            raise ValidationError(text_of_change(row, field), code="changed_meanwhile")

    return precondition


def seen_value(row: models.Model, field: str) -> str:
    """Return the field's value as a page carries it, to be compared by `unless_changed`."""
    return str(row.serializable_value(field))


def text_of_change(row: models.Model, field: str) -> str:
    """Say that the field was changed, by whom if that is known, and what it is now."""
    label, author = label_of(row, field), author_of(row, field)
    if author:
        text = _("%(author)s changed “%(field)s” after you opened the page.")
    else:
        text = _("“%(field)s” was changed after you opened the page.")
    told = text % {"author": author, "field": label}
    if field in SECRET_FIELDS:
        return told
    return told + " " + _("It is now “%(value)s”.") % {"value": _shown(row, field)}


def author_of(row: models.Model, field: str) -> str:
    """Return the name of whoever changed the field last; empty when nobody knows."""
    return next(filter(None, (lookup(row, field) for lookup in _author_lookups)), "")


def label_of(row: models.Model, field: str) -> str:
    """Return what people call the field, or the rows that refer to this one."""
    column: Any = row._meta.get_field(field)
    if column.one_to_many:
        return str(column.related_model._meta.verbose_name_plural)
    return str(getattr(column, "verbose_name", field))


class VersionedForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter
    """A form of a row that is refused when somebody else has changed the row since the form was opened.

    It needs the row as it is now, locked. A form that does not say which version it was made from is refused,
    too.
    """

    inlined: Sequence[str] = ()  # relations whose rows stand on the page, in formsets of their own

    @cached_property
    def versioned_fields(self) -> list[str]:
        """Return the fields that can be changed here, with the relations whose rows can."""
        meta = self._meta.model._meta
        columns = {field.name for field in (*meta.fields, *meta.many_to_many)}
        own = [name for name, field in self.fields.items() if name in columns and not field.disabled]
        return [*own, *self.inlined]

    @property
    def version(self) -> str:
        """Return what the page has to carry; empty for a new row."""
        if self.is_bound:
            return str(self.data.get(VERSION, ""))
        return "" if self.instance._state.adding else version_of(self.instance, self.versioned_fields)

    @cached_property
    def changed_data(self) -> list[str]:
        """Return the fields that were changed; other ends of lines, which browsers send, are no change."""
        return [name for name in super().changed_data if not self._differs_in_line_ends_only(name)]

    def clean(self) -> dict[str, Any]:
        """Refuse the form, naming each field that somebody else has changed."""
        cleaned = super().clean()
        if not self.instance._state.adding:
            self._refuse_other_version()
        return self.cleaned_data if cleaned is None else cleaned

    def _refuse_other_version(self) -> None:
        changed = changed_since(self.version, self.instance, self.versioned_fields)
        if changed:
            text = _("Nothing was saved: this page is out of date. Make your changes on the current one.")
            link = format_html('{} <a href="">{}</a>', text, _("Open it"))
            self.add_error(None, ValidationError(link, code="changed_meanwhile"))
        for name in changed if self.version else ():
            text = text_of_change(self.instance, name)
            self.add_error(
                name if name in self.fields else None, ValidationError(text, code="changed_meanwhile")
            )

    def _differs_in_line_ends_only(self, name: str) -> bool:
        present, sent = self.get_initial_for_field(self.fields[name], name), self[name].data
        return isinstance(present, str) and isinstance(sent, str) and _lines(present) == _lines(sent)


class VersionedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's class takes no parameter
    """What every admin of the store is built on: its pages are locked optimistically."""

    form = VersionedForm
    unversioned_fields: Sequence[str] = ()  # those that may differ when the row is deleted
    locks_listed_rows = False  # whether `list_editable` is safe

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Return what Django finds wrong with this admin, and what of it would not be locked."""
        return [*super().check(**kwargs), *_unprotected(self)]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the class of the form; its version covers the inlines."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.inlined = [_relation(self, inline).name for inline in self.inlines]
        return form

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return the row; locked, in a transaction that is to write it."""
        if request.method == "POST" and transaction.get_connection().in_atomic_block:
            with suppress(ValidationError, ValueError):
                self.lock({from_field or "pk": object_id})
        return super().get_object(request, object_id, from_field)

    def lock(self, lookup: dict[str, Any], *, no_key: bool = True) -> None:
        """Lock the rows until the transaction ends; without `no_key` against references to them, too."""
        rows = self.model._base_manager.select_for_update(no_key=no_key).filter(**lookup)
        list(rows.order_by("pk").values_list("pk"))

    def changed_fields(self, obj: Any, form: "forms.ModelForm[Any]") -> list[str]:
        """Return the columns that the form changes, with those that follow by themselves."""
        columns = {field.name: field for field in self.opts.concrete_fields}
        changed = [name for name in form.changed_data if name in columns]
        follow = [name for name, field in columns.items() if getattr(field, "auto_now", False)]
        return changed + follow if changed else []

    def save_model(self, request: HttpRequest, obj: Any, form: "forms.ModelForm[Any]", change: bool) -> None:
        """Save a new row, or what the form changes of a known one."""
        obj.save(update_fields=self.changed_fields(obj, form) if change else None)

    def versioned_fields(self) -> list[str]:
        """Return the fields by which the page that deletes a row knows it again."""
        fields = (*self.opts.concrete_fields, *self.opts.many_to_many)
        names = [field.name for field in fields if field.editable and not field.primary_key]
        names += [_relation(self, inline).name for inline in self.inlines]
        return [name for name in names if name not in self.unversioned_fields]

    def outdated(self, request: HttpRequest, row: Any, fields: Iterable[str]) -> HttpResponse | None:
        """Return the way back to a page that was opened before the row was changed; None when it was not.

        For pages that write whatever the row was before, such as a deletion. So a program that sends no
        version means any.
        """
        version = request.POST.get(VERSION)
        changed = changed_since(version, row, fields) if version else ()
        if not changed:
            return None
        for name in changed:
            self.message_user(request, text_of_change(row, name), messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what would be deleted, or delete it, unless it was changed since it was shown."""
        context, fields = extra_context or {}, self.versioned_fields()
        if request.method != "POST":
            row = self.get_object(request, unquote(object_id))
            version = version_of(row, fields) if row else ""
            return super().delete_view(request, object_id, {VERSION: version, **context})
        with transaction.atomic(using=router.db_for_write(self.model)):
            with suppress(ValidationError, ValueError):
                self.lock({"pk": unquote(object_id)}, no_key=False)
            row = self.get_object(request, unquote(object_id))
            may = row is not None and self.has_delete_permission(request, row)
            refusal = self.outdated(request, row, fields) if may else None
            return refusal or super().delete_view(request, object_id, context)


def _unprotected(model_admin: VersionedAdmin) -> list[checks.CheckMessage]:
    found = []
    if not issubclass(model_admin.form, VersionedForm):
        found.append("its form is no VersionedForm")
    if any(_relation(model_admin, inline).hidden for inline in model_admin.inlines):
        found.append("the version of its page does not cover an inline whose relation has no name")
    if model_admin.list_editable and not model_admin.locks_listed_rows:
        found.append("its list is edited without ListEditingAdmin")
    return [
        checks.Error(f"Stale data could be saved: {reason}.", obj=model_admin.__class__, id="store.E001")
        for reason in found
    ]


def _relation(model_admin: VersionedAdmin, inline: Any) -> Any:
    """Return the relation between the rows of the admin and those of the inline."""
    formset: Any = forms.inlineformset_factory(
        model_admin.model, inline.model, fk_name=inline.fk_name, fields=()
    )
    return formset.fk.remote_field


def _digest(row: models.Model, field: str) -> str:
    text = f"{row._meta.label} {row.pk} {field} {_value(row, field)!r}"
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()[:16]


def _value(row: models.Model, name: str) -> Any:
    field: Any = row._meta.get_field(name)
    if field.many_to_many:
        return sorted(other.pk for other in getattr(row, name).all())
    if field.one_to_many:
        # All columns, unless some change by themselves: then the model names those that count.
        columns = getattr(row, "VERSIONED", {}).get(name, ())
        return list(getattr(row, name).order_by("pk", *columns).values_list(*columns))
    return field.value_from_object(row)


def _shown(row: models.Model, name: str) -> str:
    field: Any = row._meta.get_field(name)
    value = getattr(row, name)
    if field.many_to_many or field.one_to_many:
        text = ", ".join(map(str, value.all()))
    elif isinstance(value, bool):
        text = _("Yes") if value else _("No")
    elif field.flatchoices:
        text = str(dict(field.flatchoices).get(value, localize(value)))
    else:
        text = str(localize(value))
    return Truncator(text).chars(SHOWN_CHARACTERS) or "—"


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")
