"""Readable addresses made from names."""

from collections.abc import Container
from itertools import chain, count
from typing import Any

from django.db.models import QuerySet
from django.utils.text import slugify

MAX_SLUG_LENGTH = 200  # characters, which leaves the columns room for a number behind it

# After ICAO Doc 9303 part 3, as in passports; the hard and the soft sign leave no trace.
_TABLE = str.maketrans(
    {
        "а": "a",
        "б": "b",
        "в": "v",
        "г": "g",
        "д": "d",
        "е": "e",
        "ё": "e",
        "ж": "zh",
        "з": "z",
        "и": "i",
        "й": "i",
        "к": "k",
        "л": "l",
        "м": "m",
        "н": "n",
        "о": "o",
        "п": "p",
        "р": "r",
        "с": "s",
        "т": "t",
        "у": "u",
        "ф": "f",
        "х": "kh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ъ": "",
        "ы": "y",
        "ь": "",
        "э": "e",
        "ю": "iu",
        "я": "ia",
        "і": "i",
        "ї": "i",
        "є": "ie",
        "ґ": "g",
        "ў": "u",
    }
)


def slug_of(name: str) -> str:
    """Return the name in lower-case Latin letters, digits and hyphens; never empty."""
    return slugify(name.lower().translate(_TABLE))[:MAX_SLUG_LENGTH].strip("-") or "item"


def free_slug(name: str, *, among: QuerySet[Any]) -> str:
    """Return a slug of the name that none of the rows has."""
    base = slug_of(name)
    return unused(base, set(among.filter(slug__startswith=base).values_list("slug", flat=True)))


def unused(base: str, taken: Container[str]) -> str:
    """Return the slug, with a number behind it if it is taken."""
    numbered = chain([base], (f"{base}-{number}" for number in count(2)))
    return next(slug for slug in numbered if slug not in taken)
