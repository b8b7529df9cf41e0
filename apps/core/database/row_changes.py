"""Changed columns of a row: what a write leaves as it is is not stored again, and drops no cache."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model


def columns_of(row: Model) -> dict[str, Any]:
    """Return the present values of the row's columns, by field."""
    return {field.name: getattr(row, field.attname) for field in row._meta.concrete_fields}


def changed_columns(row: Model, before: Mapping[str, Any]) -> list[str]:
    """Return the fields whose columns have other values than `columns_of` returned before."""
    return [name for name, value in columns_of(row).items() if value != before[name]]
