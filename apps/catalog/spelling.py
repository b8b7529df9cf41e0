"""Spelling of searches: stems of words, the other keyboard layout, the other alphabet, typos.

Everything here takes and returns folded words, and asks no database.
"""

import re
from collections.abc import Iterator

import snowballstemmer

MIN_STEM, MIN_TYPO = 3, 4  # letters of a stem, and of a word in which a typo is looked for
_LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_CYRILLIC_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_TO_CYRILLIC_KEYS = str.maketrans(_LATIN_KEYS, _CYRILLIC_KEYS)
_TO_LATIN_KEYS = str.maketrans(_CYRILLIC_KEYS, _LATIN_KEYS)
_has_cyrillic, _has_latin = re.compile("[а-яё]").search, re.compile("[a-z]").search
_is_word = re.compile("[а-яё]+|[a-z]+").fullmatch
_pairs = re.compile(r"(\S+)=(\S+)").findall
# As people type Russian in Latin letters, whatever the system.
_CYRILLIC = dict(zip("abcdefghijklmnopqrstuvwyz", "абцдефгхийклмнопкрстуввыз", strict=True)) | dict(
    _pairs(
        "shch=щ sch=щ zh=ж kh=х ts=ц tz=ц ch=ч sh=ш iy=ий yy=ый yi=ый ii=ий ij=ий yu=ю ju=ю iu=ю ya=я ja=я"
        " ia=я yo=е jo=е ye=е je=е ck=к ph=ф qu=кв x=кс '=ь"
    )
)
_LATIN = dict(zip("абвгдезийклмнопрстуфхыэ", "abvgdeziyklmnoprstufhye", strict=True)) | {
    **dict.fromkeys("ъь", ""),
    **dict(_pairs("ж=zh ц=ts ч=ch ш=sh щ=sch ю=yu я=ya кс=x дж=j")),
}
_VOWELS = "aeiouy"
_after_vowel = re.compile(f"(?<=[{_VOWELS}])[iy](?![{_VOWELS}])")  # chainik, chay
_latin_parts = re.compile("|".join(sorted(_CYRILLIC, key=len, reverse=True)))
_cyrillic_parts = re.compile("|".join(sorted(_LATIN, key=len, reverse=True)))


def stem_of(word: str) -> str:
    """Return the beginning that the forms of the word share, by its alphabet; a word without one as it is."""
    if not _is_word(word):
        return word
    # A stemmer keeps the word that it is at: none may serve two threads.
    stem = snowballstemmer.stemmer("russian" if _has_cyrillic(word) else "english").stemWord(word)
    if stem.endswith("i") and _has_latin(stem):  # berries, berry
        stem = stem[:-1]
    return stem if len(stem) >= MIN_STEM and word.startswith(stem) else word


def other_layout(text: str) -> str:
    """Return what the same keys type in the other layout, Russian or English: xfq, чай."""
    lower = text.lower()
    return lower.translate(_TO_LATIN_KEYS if _has_cyrillic(lower) else _TO_CYRILLIC_KEYS)


def transliterated(text: str) -> str:
    """Return the text in the other alphabet: chainik, чайник."""
    if _has_cyrillic(text):
        return _cyrillic_parts.sub(lambda part: _LATIN[part[0]], text)
    return _latin_parts.sub(lambda part: _CYRILLIC[part[0]], _after_vowel.sub("j", text))


def keys_of(word: str) -> Iterator[str]:
    """Yield what a word and its typos share: the word itself, and the word without one of its letters."""
    yield word
    yield from {word[:place] + word[place + 1 :] for place in range(len(word))} - {word}


def distance(one: str, other: str) -> int:
    """Return how many letters lie between the words: missing, too many, others, or two swapped."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
