"""Texts folded so that a search finds them whatever their case or accents, alike on every database."""

import unicodedata
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from django.db import models, transaction

from apps.common.bulk import AnnouncedQuerySet

ModelT = TypeVar("ModelT", bound=models.Model)

BREVE = "\u0306"  # what makes и a й, which is a letter of its own


def folded(text: str) -> str:
    """Return the text without case and accents; ё becomes е."""
    # Decomposed twice: a sign such as ™ becomes capitals, and a folded letter can come apart again.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
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


class FoldedQuerySet(AnnouncedQuerySet[ModelT]):
    """Rows with a folded `search_text`, which follows its sources in bulk updates as well."""

    def update(self, **values: Any) -> int:
        """Update the rows, and fold anew what the values have changed."""
        field = cast(FoldedTextField, self.model._meta.get_field("search_text"))
        if not values.keys() & set(field.sources):
            return super().update(**values)
        with transaction.atomic():
            row_ids = list(self.values_list("pk", flat=True))
            count = super().update(**values)
            rows = list(self.model._base_manager.filter(pk__in=row_ids))
            for row in rows:
                field.pre_save(row, add=False)
            self.model._default_manager.bulk_update(rows, [field.name])
        return count

    def matching(self, text: str) -> Self:
        """Return the rows that have every word of the text, or the part of a word that it is."""
        words = folded(text).split()
        if text.strip() and not words:  # a lone accent: it is in no word, and must not find everything
            return self.none()
        rows = self
        for word in words:
            rows = rows.filter(search_text__contains=word)
        return rows
