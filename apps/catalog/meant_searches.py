"""What a search that finds nothing is asked again for: stems of its words, then what may have been meant."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from apps.catalog.spelling import MIN_STEM, other_layout, stem_of, transliterated
from apps.catalog.word_table import nearest, words_by_key
from apps.core.search_words import looked_for, words_of


class MeantSearch(NamedTuple):
    """A text to look for, whether its words were cut to stems, and what the customer may have meant."""

    text: str
    is_widened: bool = False
    meant: str | None = None


def meant_searches(text: str) -> Iterator[MeantSearch]:
    """Yield what to ask for instead of a text that is in no product, the likeliest first; each text once."""
    words = looked_for(words_of(text))
    seen = {" ".join(words)}
    if (stems := _stems(words)) not in seen and _is_worth_asking(stems):
        seen.add(stems)
        yield MeantSearch(stems, is_widened=True)
    for meant in _meanings(text):
        for again in (meant, _stems(meant.split())):
            if again not in seen and _is_worth_asking(again):
                seen.add(again)
                yield MeantSearch(again, again != meant, meant)


def _meanings(text: str) -> Iterator[str]:
    """Yield what may have been meant, in folded words."""
    spellings = [_spellings(word) for word in text.split()]
    for choice in (1, 2):  # the other layout, the other alphabet
        yield " ".join(filter(None, (each[choice] for each in spellings)))
    known = words_by_key(word for each in spellings for word in each)
    yield " ".join(filter(None, (nearest(each, known) or each[0] for each in spellings)))


def _spellings(word: str) -> tuple[str, str, str]:
    """Return the folded word as it is, in the other layout, and in the other alphabet."""
    own = " ".join(words_of(word))
    return own, " ".join(words_of(other_layout(word))), transliterated(own)


def _stems(words: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(map(stem_of, words)))


def _is_worth_asking(text: str) -> bool:
    """Tell whether an index helps to look for it."""
    return max(map(len, text.split()), default=0) >= MIN_STEM
