"""Pages of a list by cursor: a place between two rows, which stays where it is while rows come and go.

The place is told by the values that the order of the list goes by, the last of which is the id, so that no
two rows share one. DRF's CursorPagination is not used: it knows the first of these values only, and counts on
through the rows that share it, so that a row which is written or deleted among them makes it repeat or skip
another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.core import signing
from django.db.models import Field, Model, Q, QuerySet

START = ""  # the cursor of the first page


class BadCursor(ValueError):
    """A text that is no cursor, or one of another list."""


@dataclass(frozen=True)
class Place:
    """A place right behind a row, or right before it and to be read backwards.

    `values` are the row's; None: the place is before all rows, or to be read backwards behind all rows.
    """

    values: list[str] | None = None
    is_backwards: bool = False

    @classmethod
    def of(cls, cursor: str, *, of_list: str) -> Self:
        """Return the place that a cursor of this list stands for.

        Raises BadCursor.
        """
        if cursor == START:
            return cls()
        try:
            return cls(*signing.Signer(salt=of_list).unsign_object(cursor))
        except signing.BadSignature as error:
            raise BadCursor from error

    def cursor(self, *, of_list: str) -> str:
        """Return the cursor that stands for the place in this list."""
        if self == Place():
            return START
        # Signed, so that nobody can ask for what no page has led to; compressed, as names can be long.
        return signing.Signer(salt=of_list).sign_object([self.values, self.is_backwards], compress=True)


@dataclass(frozen=True)
class CursorPage:
    """The rows of a page, and the places of the pages around it; None where there is none."""

    rows: list[Any]
    previous: Place | None
    next: Place | None


@dataclass(frozen=True)
class _Step:
    """A field that a list is ordered by, of the model or annotated."""

    name: str
    field: "Field[Any, Any]"
    is_descending: bool

    def text_of(self, row: Model) -> str:
        """Return the row's value as a text."""
        is_column = getattr(self.field, "model", None) is not None
        return self.field.value_to_string(row) if is_column else str(getattr(row, self.name))


def order_of(queryset: QuerySet[Any]) -> list[str]:
    """Return the fields by which the list is ordered, the id last; `-` marks a descending one."""
    return list(queryset.query.order_by or queryset.model._meta.ordering)


def page_at(place: Place, queryset: QuerySet[Any], size: int) -> CursorPage:
    """Return the page of at most `size` rows at the place, by one query."""
    steps = _steps(queryset)
    read = queryset.reverse() if place.is_backwards else queryset
    if place.values is not None:
        read = read.filter(_beyond(place.values, steps, is_backwards=place.is_backwards))
    found = list(read[: size + 1])
    rows = found[:size]
    onward = _place_at(rows[-1], steps, is_backwards=place.is_backwards) if len(found) > size else None
    back = None
    if place.values is not None:
        # Where all rows are gone, from the list's other end.
        back = (
            _place_at(rows[0], steps, is_backwards=not place.is_backwards)
            if rows
            else Place(is_backwards=not place.is_backwards)
        )
    if place.is_backwards:
        return CursorPage(rows[::-1], previous=onward, next=back)
    return CursorPage(rows, previous=back, next=onward)


def _steps(queryset: QuerySet[Any]) -> list[_Step]:
    names = [(name.removeprefix("-"), name.startswith("-")) for name in order_of(queryset)]
    return [_Step(name, _field(queryset, name), is_descending) for name, is_descending in names]


def _field(queryset: QuerySet[Any], name: str) -> "Field[Any, Any]":
    fields, annotation = queryset.model._meta, queryset.query.annotations.get(name)
    if annotation is not None:
        return annotation.output_field
    return fields.pk if name == "pk" else fields.get_field(name)


def _place_at(row: Model, steps: Sequence[_Step], *, is_backwards: bool) -> Place:
    return Place([step.text_of(row) for step in steps], is_backwards)


def _beyond(texts: Sequence[str], steps: Sequence[_Step], *, is_backwards: bool) -> Q:
    """Return the condition of a row that lies beyond the one with these values, as the list is read."""
    condition = Q()
    for text, step in reversed(list(zip(texts, steps, strict=True))):
        name, value = step.name, step.field.to_python(text)
        lookup = "lt" if step.is_descending != is_backwards else "gt"
        further, same = Q(**{f"{name}__{lookup}": value}), Q(**{name: value})
        condition = further | (same & condition) if condition else further
        bound = Q(**{f"{name}__{lookup}e": value})
    return bound & condition  # the bound, which follows from the rest, lets the database begin at the place
