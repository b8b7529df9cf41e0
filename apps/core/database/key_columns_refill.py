"""Bringing rows that were written before, or past the models, into the normal form of `normalization.py`.

Nothing is changed while two rows would have one key: which of them is meant, only people know.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.management.base import CommandError
from django.db import IntegrityError, models, transaction

from apps.core.database.derived_columns import derived_fields
from apps.core.database.key_columns import key_fields, unique_keys
from apps.core.normalization import IdentifierKind

READ_AT_ONCE, WRITTEN_AT_ONCE = 5000, 500  # rows
SHOWN_COLLISIONS = 200

_COLLIDING = """\
These rows differ only in case, width or invisible characters (model.field: ids):
{}
Nothing was changed. Rename all but one of each, or remove their address, in the running release; then
repeat this. `manage.py check_keys` lists them all: see docs/operations.md, Duplicate names."""

logger = logging.getLogger(__name__)

ModelClass = type[models.Model]


@dataclass(frozen=True)
class KeyColumn:
    """A column of identifiers of one kind, that of their keys, and whether no two rows may share one."""

    source: str
    key: str
    kind: IdentifierKind
    is_unique: bool = True

    def form_of(self, text: str, max_length: int) -> tuple[str, str | None]:
        """Return what is to stand in both columns. What has no clean form that fits stays as it is."""
        clean = self.kind.clean(text)
        return clean if 0 < len(clean) <= max_length else text, self.kind.key(text) or None


@dataclass(frozen=True)
class Collision:
    """Rows that cannot be told apart by a column."""

    model: str
    source: str
    row_ids: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.model}.{self.source}: {', '.join(map(str, self.row_ids))}"


def keyed_models() -> list[ModelClass]:
    """Return the models that have keys."""
    return [model for model in apps.get_models() if key_fields(model)]


def key_columns(model: ModelClass) -> list[KeyColumn]:
    """Return the columns of the model's keys."""
    unique = unique_keys(model)
    return [KeyColumn(field.source, field.name, field.kind, field in unique) for field in key_fields(model)]


def collisions(model: ModelClass, columns: Iterable[KeyColumn]) -> list[Collision]:
    """Return the rows that cannot be told apart."""
    unique = [column for column in columns if column.is_unique]
    holders: list[dict[str, int]] = [{} for _column in unique]
    shared: dict[tuple[int, str], list[int]] = defaultdict(list)
    for pk, *texts in _all_values(model, [column.source for column in unique]):
        for place, (column, text) in enumerate(zip(unique, texts, strict=True)):
            if key := column.kind.key(text):
                first = holders[place].setdefault(key, pk)
                if first != pk:
                    shared[place, key].append(pk)
    return [
        Collision(model._meta.label, unique[place].source, (holders[place][key], *others))
        for (place, key), others in sorted(shared.items())
    ]


def refuse_collisions(found: Sequence[Collision]) -> None:
    """Raise CommandError if there are any, with the ids of the rows and what is to be done."""
    if not found:
        return
    lines = [str(collision) for collision in found[:SHOWN_COLLISIONS]]
    if (more := len(found) - SHOWN_COLLISIONS) > 0:
        lines.append(f"… and {more} more")
    raise CommandError(_COLLIDING.format("\n".join(lines)))


def refresh_keys() -> int:
    """Compute the keys anew of rows that were written past the models, and return how many that were.

    That is: by the release before, which knew of no keys, by SQL, or by a Python with an older Unicode. What
    collides stays as it is, and is logged.
    """
    count = 0
    for model in keyed_models():
        columns = key_columns(model)
        for row_ids in _batches(model, columns):
            try:
                count += _brought_into_form(model, row_ids, columns)
            except IntegrityError:
                count += sum(_refreshed(model, pk, columns) for pk in row_ids)
    return count


def _refreshed(model: ModelClass, pk: int, columns: Sequence[KeyColumn]) -> int:
    try:
        return _brought_into_form(model, [pk], columns)
    except IntegrityError:
        logger.error(
            "%s %d has the name or address of another row: see manage.py check_keys", model._meta.label, pk
        )
        return 0


def _batches(model: ModelClass, columns: Sequence[KeyColumn]) -> Iterator[list[int]]:
    """Yield the ids of the rows that are not in their normal form, some at a time."""
    outdated: list[int] = []
    limits = [_max_length(model, column) for column in columns]
    names = [name for column in columns for name in (column.source, column.key)]
    for pk, *values in _all_values(model, names):
        pairs = zip(columns, limits, zip(values[::2], values[1::2], strict=True), strict=True)
        if any(column.form_of(pair[0], limit) != pair for column, limit, pair in pairs):
            outdated.append(pk)
        if len(outdated) == WRITTEN_AT_ONCE:
            yield outdated
            outdated = []
    if outdated:
        yield outdated


def _brought_into_form(model: ModelClass, row_ids: list[int], columns: Sequence[KeyColumn]) -> int:
    sources = {column.source for column in columns}
    behind = [field for field in derived_fields(model) if not sources.isdisjoint(field.sources)]
    names = sources | {column.key for column in columns} | {field.name for field in behind}
    with transaction.atomic():
        # Locked: what somebody changes at this moment must not be undone.
        rows = list(model._base_manager.select_for_update(no_key=True).filter(pk__in=row_ids).order_by("pk"))
        for row in rows:
            for column in columns:
                text, key = column.form_of(getattr(row, column.source), _max_length(model, column))
                setattr(row, column.source, text)
                setattr(row, column.key, key)
            for field in behind:
                field.pre_save(row, add=False)
        # Django's own: it is the same name, and ends nobody's credentials.
        models.QuerySet[Any](model).bulk_update(rows, sorted(names))
    return len(rows)


def _max_length(model: ModelClass, column: KeyColumn) -> int:
    field: Any = model._meta.get_field(column.source)
    return int(field.max_length)


def _all_values(model: ModelClass, names: list[str]) -> Iterator[tuple[Any, ...]]:
    last = 0
    while True:
        rows = model._base_manager.filter(pk__gt=last).order_by("pk").values_list("pk", *names)[:READ_AT_ONCE]
        yield from (chunk := list(rows))
        if len(chunk) < READ_AT_ONCE:
            return
        last = chunk[-1][0]
