"""The table of words that typos are corrected by: those of names and brands of products on sale.

A word and its typo share a key: either of them, or either without one of its letters (`spelling.keys_of`).
The table is brought up to date once a day; a new word is found meanwhile, only its typos are not.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Q

from apps.catalog.models import BRAND, AttributeValue, Product, SearchWord, SearchWordKey
from apps.catalog.spelling import MIN_STEM, MIN_TYPO, distance, keys_of
from apps.core.database.advisory_locks import lock_alone
from apps.core.search_words import MAX_WORD_LENGTH, folded

MOST_WORDS = 100_000  # of which the table has the most frequent
READ_AT_ONCE, WRITTEN_AT_ONCE = 5_000, 500  # products, words
LOCK = "catalog.search_words"
LONG = 6  # letters of a word that may lie two letters from its typo
_words = re.compile(rf"[^\W\d_]{{{MIN_STEM},{MAX_WORD_LENGTH}}}").findall


class KnownWord(NamedTuple):
    """A word of the table, and in the names of how many products it stands."""

    word: str
    products: int


def refresh_search_words() -> int:
    """Bring the table up to date, some words at a time; return how many were written or deleted."""
    wanted = _counted()
    kept = dict(SearchWord.objects.values_list("word", "products"))
    gone = [word for word in kept if word not in wanted]
    changed = [word for word, products in wanted.items() if kept.get(word) != products]
    for part in _parts(gone):
        SearchWord.objects.filter(word__in=part).delete()
    for part in _parts(changed):
        _write({word: wanted[word] for word in part})
    return len(gone) + len(changed)


def words_by_key(words: Iterable[str]) -> dict[str, list[KnownWord]]:
    """Return the known words that have a key of these words, by the key; one statement reads them all."""
    keys = {key for word in words for key in _keys(word)}
    found: defaultdict[str, list[KnownWord]] = defaultdict(list)
    rows = SearchWordKey.objects.filter(key__in=keys).values_list("key", "word__word", "word__products")
    for key, word, products in rows:
        found[key].append(KnownWord(word, products))
    return found


def nearest(words: Sequence[str], known: Mapping[str, Sequence[KnownWord]]) -> str | None:
    """Return the known word that is meant by one of the spellings of a word, the likeliest first.

    None where there is none like it.
    """
    for word in words:
        if any(each.word == word for each in known.get(word, ())):
            return word
    for word in words:
        if len(word) >= MIN_TYPO and (near := _near(word, known)):
            return min(near)[-1]
    return None


def _near(word: str, known: Mapping[str, Sequence[KnownWord]]) -> list[tuple[int, int, str]]:
    most = 2 if len(word) >= LONG else 1
    candidates = {each for key in keys_of(word) for each in known.get(key, ())}
    far = [(distance(word, each.word), -each.products, each.word) for each in candidates]
    return [each for each in far if each[0] <= most]


def _counted() -> dict[str, int]:
    """Return the words, and how many products have each."""
    counts: Counter[str] = Counter()
    for names in _names():
        for name in names:
            counts.update(set(_words(folded(name))))
        if len(counts) > 2 * MOST_WORDS:  # whatever a shop's names are, the memory is bounded
            counts = Counter(dict(counts.most_common(MOST_WORDS)))
    on_sale = Count("product_attributes", filter=Q(product_attributes__product__is_active=True))
    brands = AttributeValue.objects.filter(attribute__code=BRAND).annotate(products=on_sale)
    for name_ru, name_en, products in brands.values_list("name_ru", "name_en", "products"):
        if products:
            counts.update(dict.fromkeys(set(_words(folded(f"{name_ru} {name_en}"))), products))
    return dict(counts.most_common(MOST_WORDS))


def _names() -> Iterator[list[str]]:
    """Yield the names of the products on sale, some at a time."""
    products = Product.objects.on_sale().order_by("pk")
    last = 0
    while rows := list(products.filter(pk__gt=last).values_list("pk", "name")[:READ_AT_ONCE]):
        yield [name for _pk, name in rows]
        last = rows[-1][0]


@transaction.atomic
def _write(products: dict[str, int]) -> None:
    lock_alone(LOCK)  # of two who write the table, one waits
    SearchWord.objects.bulk_create(
        [SearchWord(word=word, products=number) for word, number in products.items()],
        update_conflicts=True,
        unique_fields=["word"],
        update_fields=["products"],
    )
    keyless = SearchWord.objects.filter(word__in=products, keys=None)
    keys = [SearchWordKey(key=key, word=word) for word in keyless for key in _keys(word.word)]
    SearchWordKey.objects.bulk_create(keys, ignore_conflicts=True)


def _keys(word: str) -> Iterable[str]:
    return keys_of(word) if len(word) >= MIN_TYPO else [word]


def _parts(words: Sequence[str]) -> Iterator[Sequence[str]]:
    return (words[start : start + WRITTEN_AT_ONCE] for start in range(0, len(words), WRITTEN_AT_ONCE))
