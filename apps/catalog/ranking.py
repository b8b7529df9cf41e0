"""Ranking of searches: which of the products that have the words come first.

In this order: a name or SKU that is the text; a name that begins with it; names in which its words begin
words; names and SKUs that have them anywhere; all others. Names in other languages, brands, tags and options
count as names. Among equals comes first what is in stock, then what has the words whole, then what sells
best, then by name. Only the first candidates are ranked, however many are found: those that sell best, and
those whose names begin with the text. The others follow by name: docs/adr.
"""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from django.db.models import Q

from apps.catalog.models import Product, ProductQuerySet
from apps.core.database.estimated_counts import Count, count_of
from apps.core.normalization import CODE
from apps.core.search_words import folded, looked_for, spellings_of, words_of

MOST_POPULAR, BY_START = 60, 40  # candidates
EXACT, STARTS, WORDS, PARTS, ELSEWHERE = range(5)
_EDGE_BEFORE, _EDGE_BEHIND = r"(?<![^\W_])", r"(?![^\W_])"


class Candidate(NamedTuple):
    """What a product is ranked by."""

    id: int
    name: str
    sku_key: str = ""
    search_terms: str = ""
    stock: int = 1
    popularity: int = 0


_READ = ("pk", *Candidate._fields[1:])


class Ranking:
    """The order of a search's candidates."""

    def __init__(self, text: str) -> None:
        words = looked_for(words_of(text))
        self.start, self.sku_key = " ".join(words), CODE.key(text)
        anywhere = ["|".join(map(re.escape, spellings_of(word))) for word in words]
        self._parts = [re.compile(word) for word in anywhere]
        self._beginnings = [re.compile(f"{_EDGE_BEFORE}(?:{word})") for word in anywhere]
        self._whole = [re.compile(f"{_EDGE_BEFORE}(?:{word}){_EDGE_BEHIND}") for word in anywhere]

    def ids(self, candidates: Iterable[Candidate]) -> list[int]:
        """Return the ids of the candidates, the best first."""
        return [each.id for each in sorted(candidates, key=self.key)]

    def is_in_name(self, name: str) -> bool:
        """Tell whether the name has all the words."""
        return self._tier(folded(name), "") < ELSEWHERE

    def key(self, candidate: Candidate) -> tuple[int, bool, bool, int, str, int]:
        """Return what the candidate is ordered by, among all of the search."""
        titles = folded(f"{candidate.name}\n{candidate.search_terms}")
        return (
            self._tier(titles, candidate.sku_key),
            not candidate.stock,
            not all(word.search(titles) for word in self._whole),
            -candidate.popularity,
            candidate.name,
            candidate.id,
        )

    def _tier(self, titles: str, sku_key: str) -> int:
        lines = titles.split("\n")
        if self.start in lines or sku_key == self.sku_key:
            return EXACT
        if any(line.startswith(self.start) for line in lines):
            return STARTS
        if all(word.search(titles) for word in self._beginnings):
            return WORDS
        if all(word.search(titles) or word.search(sku_key) for word in self._parts):
            return PARTS
        return ELSEWHERE


class RankedProducts:
    """The products of a search, the best first: read by slices and counted, as a queryset is."""

    def __init__(self, products: ProductQuerySet, text: str, *, among: ProductQuerySet) -> None:
        """Rank the products that the text has found among others."""
        self._products, self._ranking, self._among = products, Ranking(text), among

    def __getitem__(self, part: slice) -> list[Product]:
        """Return the products from one place up to another."""
        first = self._first
        by_id = self._products.in_bulk(first[part])
        found = [by_id[product_id] for product_id in first[part] if product_id in by_id]
        if self._has_more and part.stop > len(first):
            others = self._products.exclude(pk__in=first)
            found += others[max(0, part.start - len(first)) : part.stop - len(first)]
        return found

    def exists(self) -> bool:
        """Tell whether there are any."""
        return bool(self._first)

    def counted(self) -> Count:
        """Return how many there are."""
        return count_of(self._products) if self._has_more else Count(len(self._first))

    @cached_property
    def _popular(self) -> list[Candidate]:
        return _candidates(self._products.order_by("-popularity", "-pk"), MOST_POPULAR + 1)

    @property
    def _has_more(self) -> bool:
        return len(self._popular) > MOST_POPULAR

    @cached_property
    def _first(self) -> list[int]:
        """Return the ids of those that are ranked, the best first."""
        candidates = set(self._popular)
        if self._has_more:
            # Not among those that were found: by two conditions that say the same the planner would take the
            # rows for far fewer than they are.
            by_start = self._among.starting_with(self._ranking.start).values_list("pk", flat=True)
            best = Q(pk__in=list(by_start[:BY_START])) | Q(sku_key=self._ranking.sku_key)
            candidates.update(_candidates(self._products.filter(best), BY_START + 1))
        return self._ranking.ids(candidates)


def _candidates(products: ProductQuerySet, most: int) -> list[Candidate]:
    return [Candidate(*values) for values in products.values_list(*_READ)[:most]]
