"""Rows with texts in further languages."""

from collections.abc import Mapping
from typing import Any


class Translated:
    """A row that is shown in the language of whoever reads it.

    `texts` are its texts in that language, once they were read (`translations.py`). Each that is missing or
    empty falls back to the row's own.
    """

    texts: Mapping[str, str] | None = None

    def text(self, field: str) -> str:
        """Return the text that is shown of the field."""
        own: Any = getattr(self, field)
        return (self.texts or {}).get(field) or own

    @property
    def shown_name(self) -> str:
        """Return its name."""
        return self.text("name")

    @property
    def shown_description(self) -> str:
        """Return its description."""
        return self.text("description")
