"""Presentation of audit entries, in the reader's language."""

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any, NamedTuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.dateparse import parse_datetime
from django.utils.formats import localize
from django.utils.timezone import localtime
from django.utils.translation import gettext

from apps.audit.models import AuditEntry
from apps.core.money import format_money


class ShownChange(NamedTuple):
    """A field with its values before and after, in the reader's language."""

    field: str
    before: str
    after: str


def changes_of(entry: AuditEntry) -> Iterator[ShownChange]:
    """Yield what the entry changed, field by field."""
    for name, (before, after) in entry.changes.items():
        column: Any = None
        with suppress(LookupError, FieldDoesNotExist):
            column = apps.get_model(entry.target_kind)._meta.get_field(name)
        yield ShownChange(_label(column, name), _text(column, before), _text(column, after))


def _label(column: Any, name: str) -> str:
    if column is None:
        return name
    # Rows that are edited with the one that they refer to.
    return str(column.related_model._meta.verbose_name_plural if column.one_to_many else column.verbose_name)


def _text(column: Any, value: Any) -> str:
    """Return the value as people of the reader's language write it."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "—"
    if isinstance(column, models.DateTimeField) and (moment := parse_datetime(value)):
        return localize(localtime(moment))
    if isinstance(column, models.DecimalField):
        return format_money(Decimal(value))
    return str(dict(column.flatchoices).get(value, value)) if column and column.choices else str(value)
