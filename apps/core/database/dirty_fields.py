"""Dirty fields: which values of a row its instance has changed since they were loaded."""

from collections.abc import Container, Mapping
from typing import Any, Self

from django.db import models


class DirtyFieldsModel(models.Model):
    """A row that remembers the loaded values of these fields, so that a stale instance overwrites nothing."""

    TRACKED_FIELDS: tuple[str, ...] = ()

    _loaded: Mapping[str, Any] = {}

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        """Return a row that was read, and remember its values."""
        row = super().from_db(*args, **kwargs)
        row.note_loaded(row.__dict__)
        return row

    def refresh_from_db(
        self, using: str | None = None, fields: Any = None, from_queryset: Any = None
    ) -> None:
        """Read the row, or these fields, again."""
        super().refresh_from_db(using, fields, from_queryset)
        self.note_loaded(self.__dict__ if fields is None else fields)

    def note_loaded(self, names: Container[str]) -> None:
        """Remember the present values of these fields as those of the database."""
        noted = {name: self.__dict__[name] for name in self.TRACKED_FIELDS if name in names}
        self._loaded = {**self._loaded, **noted}

    def untouched_fields(self) -> set[str]:
        """Return the tracked fields that still have the value they were loaded with."""
        return {name for name, value in self._loaded.items() if self.__dict__.get(name) == value}
