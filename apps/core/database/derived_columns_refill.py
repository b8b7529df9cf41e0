"""Refill of derived columns in rows that were written by another rule, or past the models.

Keys, of which two rows can come to share one, are refilled by `key_columns_refill.py`.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models, transaction

from apps.core.database.derived_columns import DerivedField, derived_fields
from apps.core.database.key_columns import KeyField
from apps.core.database.querysets import bulk_written

READ_AT_ONCE, WRITTEN_AT_ONCE = 1000, 500  # rows

ModelClass = type[models.Model]


def refresh_derived() -> int:
    """Compute the derived columns of all models anew, and return how many rows were out of date."""
    return sum(fill_derived(model) for model in apps.get_models())


def fill_derived(model: ModelClass) -> int:
    """Compute the derived columns of the model anew, batch by batch; return how many rows were out of date.

    May be called again at any time, while others write.
    """
    fields = [field for field in derived_fields(model) if not isinstance(field, KeyField)]
    if not fields:
        return 0
    return sum(_filled(model, row_ids, fields) for row_ids in _outdated(model, fields))


def _outdated(model: ModelClass, fields: list[DerivedField]) -> Iterator[list[int]]:
    """Yield the ids of the rows that are out of date, some at a time."""
    outdated: list[int] = []
    for row in _all_rows(model, {name for field in fields for name in (field.name, *field.sources)}):
        if any(getattr(row, field.name) != field.derived(row) for field in fields):
            outdated.append(row.pk)
        if len(outdated) == WRITTEN_AT_ONCE:
            yield outdated
            outdated = []
    if outdated:
        yield outdated


def _all_rows(model: ModelClass, names: set[str]) -> Iterator[models.Model]:
    last = 0
    while True:
        rows = model._base_manager.filter(pk__gt=last).order_by("pk").only(*names)[:READ_AT_ONCE]
        yield from (chunk := list(rows))
        if len(chunk) < READ_AT_ONCE:
            return
        last = chunk[-1].pk


@transaction.atomic
def _filled(model: ModelClass, row_ids: list[int], fields: list[DerivedField]) -> int:
    # Locked: what somebody changes at this moment must not be undone.
    rows = list(model._base_manager.select_for_update(no_key=True).filter(pk__in=row_ids).order_by("pk"))
    for row in rows:
        for field in fields:
            field.pre_save(row, add=False)
    models.QuerySet[Any](model).bulk_update(rows, [field.name for field in fields])
    bulk_written.send(sender=model)
    return len(rows)
