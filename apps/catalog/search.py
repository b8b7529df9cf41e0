"""Search column: texts folded so that they are found whatever their case or accents, on every database."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from django.db import models

from apps.core.database.derived_columns import DerivedField, DerivingQuerySet
from apps.core.search_words import folded, looked_for, refuse_long_search, spellings_of, words_of

START_LENGTH = 64  # characters of a text by which it is found from the start
_BEYOND = "\U0010ffff"  # no text has it

ModelT = TypeVar("ModelT", bound=models.Model)
RowsT = TypeVar("RowsT")

if TYPE_CHECKING:
    TextField = models.TextField[str, str]
else:
    TextField = models.TextField


def validate_search(text: str) -> None:
    """Raise ValidationError when the text has more, or longer, words than are looked for."""
    refuse_long_search(words_of(text))


class FoldedTextField(DerivedField, TextField):
    """The folded text of other fields of the row, one below another.

    An empty one of `optional` takes no line: rows of a release without it are as they should be.
    """

    def __init__(
        self, *args: Any, sources: tuple[str, ...] = (), optional: tuple[str, ...] = (), **kwargs: Any
    ) -> None:
        self.sources, self._optional = sources, optional
        super().__init__(*args, **{**kwargs, "editable": False, "blank": True, "default": ""})

    def deconstruct(self) -> Any:
        """Return what a migration repeats."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "sources": self.sources}

    def derived(self, row: models.Model) -> str:
        """Return the folded text of the sources' present values."""
        texts = [
            getattr(row, name) for name in self.sources if name not in self._optional or getattr(row, name)
        ]
        return folded("\n".join(texts))


class TextStart(models.Func):
    """The first characters of a text, in an order of code points that is alike on every database.

    By an index of it the rows are found whose texts begin so, without the operators of a locale.
    """

    arity = 1
    output_field = models.TextField()
    # As an index has it: without parameters.
    template = f"SUBSTR(%(expressions)s, 1, {START_LENGTH})"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return the expression with the collation that has the order of code points."""
        template = f'(LEFT(%(expressions)s, {START_LENGTH}) COLLATE "C")'
        return self.as_sql(compiler, connection, template=template, **context)


@dataclass(frozen=True)
class Search(Generic[RowsT]):
    """A search: its text, the rows among which it looks, and how another text is looked for in them."""

    text: str
    among: RowsT
    again: Callable[[str], RowsT]


class FoldedQuerySet(DerivingQuerySet[ModelT]):
    """Rows with a folded `search_text`."""

    search: "Search[Self] | None" = None  # that found these rows, if they were not narrowed down further

    def matching(self, text: str) -> Self:
        """Return the rows that have every word of the text, or the part of a word that it is.

        A text that `validate_search` would refuse is shortened.
        """
        words = looked_for(words_of(text))
        if text.strip() and not words:  # a lone accent: it is in no word, and must not find everything
            return self.none()
        rows = self
        for word in words:
            if not any(word in other for other in words if other != word):  # else that one says it all
                spellings = [models.Q(search_text__contains=each) for each in spellings_of(word)]
                rows = rows.filter(reduce(or_, spellings))
        return rows

    def starting_with(self, start: str) -> Self:
        """Return the rows whose folded text starts so, in alphabetical order: that of a name comes first."""
        start = start[:START_LENGTH]
        rows = self.alias(start=TextStart("search_text"))
        return rows.filter(start__gte=start, start__lt=start + _BEYOND).order_by("start", "pk")
