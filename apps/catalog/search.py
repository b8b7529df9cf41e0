"""Search column: texts folded so that they are found whatever their case or accents, on every database."""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models

from apps.core.database.derived_columns import DerivedField, DerivingQuerySet
from apps.core.search_words import folded, looked_for, refuse_long_search, spellings_of, words_of

ModelT = TypeVar("ModelT", bound=models.Model)

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


class FoldedQuerySet(DerivingQuerySet[ModelT]):
    """Rows with a folded `search_text`."""

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
