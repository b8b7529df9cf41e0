"""Registry of exports: for each kind its columns, and the rows that make up a part of the file."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.functional import Promise

from apps.users.models import User

Row = Sequence[Any]  # texts, numbers, times; None: an empty cell


@dataclass(frozen=True)
class FurtherColumns:
    """Columns that are called after what is stored, behind the others of a table.

    `names` is asked when a file is begun; `cells` returns those of each of the rows, in the order of the ids.
    """

    names: Callable[[], Iterable[str]]
    cells: Callable[[Sequence[int], Sequence[str]], Iterable[Row]]


@dataclass(frozen=True)
class ExportKind:
    """A kind of table.

    Which rows it has is chosen in the admin's list of `model`. `rows` makes the rows of the file from the ids
    of so many rows of the list, in the order of the ids, by a number of queries that does not grow with them.
    `naming` returns the rows of the list whose rows in the file tell who the user is; None: no row tells that
    of anybody.
    """

    name: str
    label: str | Promise
    model: type[Model]
    columns: tuple[str, ...]
    rows: Callable[[Sequence[int]], Iterable[Row]]
    naming: Callable[[User], QuerySet[Any]] | None
    further: tuple[FurtherColumns, ...] = ()


_kinds: dict[str, ExportKind] = {}


def exportable(kind: ExportKind) -> ExportKind:
    """Register the kind, and return it."""
    _kinds[kind.name] = kind
    return kind


def kind_named(name: str) -> ExportKind:
    """Return the kind.

    Raises LookupError when there is none, as for an export of a newer release.
    """
    return _kinds[name]


def kinds_of(model: type[Model]) -> list[ExportKind]:
    """Return the kinds that are exported from the admin's list of the model."""
    return [kind for kind in _kinds.values() if kind.model is model]


def all_kinds() -> list[ExportKind]:
    """Return all kinds."""
    return list(_kinds.values())
