"""Texts folded so that a search finds them whatever their case or accents, alike on every database."""

import unicodedata
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

QuerySetT = TypeVar("QuerySetT", bound=models.QuerySet[Any])

BREVE = "\u0306"  # what makes и a й, which is a letter of its own


def folded(text: str) -> str:
    """Return the text without case and accents; ё becomes е."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    kept = (char for char in decomposed if not unicodedata.combining(char) or char == BREVE)
    return unicodedata.normalize("NFC", "".join(kept))


if TYPE_CHECKING:
    TextField = models.TextField[str, str]
else:
    TextField = models.TextField


class FoldedTextField(TextField):
    """The folded text of other fields of the row, computed at every write, bulk inserts included."""

    def __init__(self, *args: Any, sources: tuple[str, ...] = (), **kwargs: Any) -> None:
        self.sources = sources
        super().__init__(*args, **{**kwargs, "editable": False, "blank": True, "default": ""})

    def deconstruct(self) -> Any:
        """Return what a migration repeats."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "sources": self.sources}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Return the folded text of the sources' present values."""
        value = folded("\n".join(getattr(model_instance, source) for source in self.sources))
        setattr(model_instance, self.attname, value)
        return value


def containing_words(queryset: QuerySetT, text: str, *, field: str) -> QuerySetT:
    """Return the rows whose folded field contains every word, or part of a word, of the text."""
    for word in folded(text).split():
        queryset = queryset.filter(**{f"{field}__contains": word})
    return queryset
