"""Slugs: readable addresses made from names."""

import random
import re
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import chain, count, islice
from typing import Any

from django.db.models import QuerySet
from django.utils.text import slugify

from apps.core.search_words import folded

SLUG_ATTEMPTS = 8  # to store a row with a slug that nobody takes meanwhile
MAX_SLUG_LENGTH = 200  # characters, which leaves the columns room for a number behind it

# Of folded texts. Cyrillic after ICAO Doc 9303 part 3, as in passports; the hard and the soft sign leave no
# trace. Greek after ELOT 743, as in passports too.
_TABLE = str.maketrans(
    {
        "а": "a",
        "б": "b",
        "в": "v",
        "г": "g",
        "д": "d",
        "е": "e",
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
        "є": "ie",
        "ґ": "g",
        "ў": "u",
        "θ": "th",
        "χ": "ch",
        "ψ": "ps",
        "+": " plus ",
    }
) | str.maketrans("αβγδεζηικλμνξοπρστυφω", "avgdeziiklmnxoprstyfo")
# What Greek letters become beside others.
_GREEK_PAIRS = (
    (re.compile("ου"), "ou"),
    (re.compile("(?<=[αεη])υ(?=[αεηιουωβγδζλμνρ])"), "v"),
    (re.compile("(?<=[αεη])υ"), "f"),
    (re.compile("γ(?=[γξχ])"), "n"),
    (re.compile(r"\bμπ|μπ\b"), "b"),
)
_greek = re.compile("[α-ω]")
_sharp = re.compile(r"\b([a-z])#")  # C# is not C


def slug_of(name: str) -> str:
    """Return the name in lower-case Latin letters, digits and hyphens; never empty."""
    text = _sharp.sub(r"\1 sharp ", folded(name))
    if _greek.search(text):
        for pattern, letters in _GREEK_PAIRS:
            text = pattern.sub(letters, text)
    return slugify(text.translate(_TABLE))[:MAX_SLUG_LENGTH].strip("-") or "item"


def free_slug(name: str, *, among: QuerySet[Any], attempt: int = 0) -> str:
    """Return a slug of the name that none of the rows has: the first one, at later attempts one of ever more.

    Of many who make one at the same moment, all would go on to the same next number.
    """
    base = slug_of(name)
    taken = set(among.filter(slug__startswith=base).values_list("slug", flat=True))
    free = (slug for slug in _numbered(base) if slug not in taken)
    return random.choice(list(islice(free, 4**attempt)))


def free_slugs(names: list[str], *, among: QuerySet[Any], given: Collection[str] = ()) -> list[str]:
    """Return slugs of the names, in their order, that neither the rows nor two of the names have.

    None is among those `given` already. Where many rows are called alike, twice as many numbers are tried at
    each turn.
    """
    bases = [slug_of(name) for name in names]
    wanted = Counter(bases)
    ahead = {base: _numbered(base) for base in wanted}
    free: dict[str, list[str]] = {base: [] for base in wanted}
    used = set(given)
    spare = 1
    while short := [base for base in wanted if len(free[base]) < wanted[base]]:
        tried = {base: list(islice(ahead[base], wanted[base] + spare)) for base in short}
        asked = chain.from_iterable(tried.values())
        taken = set(among.filter(slug__in=list(asked)).values_list("slug", flat=True))
        for base, slugs in tried.items():
            usable = [slug for slug in slugs if slug not in taken and slug not in used]
            free[base] += usable[: wanted[base] - len(free[base])]
            used.update(free[base])
        spare *= 2
    in_turn = {base: iter(slugs) for base, slugs in free.items()}
    return [next(in_turn[base]) for base in bases]


def _numbered(base: str) -> Iterator[str]:
    return chain([base], (f"{base}-{number}" for number in count(2)))
