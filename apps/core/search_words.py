"""Search words: how texts are folded to be found alike on every database, and how many may be asked for.

Each of its words is a condition that the database tries row by row.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.core.normalization import with_hyphens, without_invisible

MAX_WORDS = 10
MAX_WORD_LENGTH = 64  # characters

# Quotation_Mark of Unicode 17 (PropList.txt), and what is typed or looks like them: accents that stand alone,
# modifier letters, primes for feet and inches, the marks of Hebrew and Armenian, ornaments.
_APOSTROPHES = "`ʹʻʼʽˈˊˋ‘’‚‛′‵‹›❛❜❟❮❯｀՚׳\ua78c"
_QUOTES = "ʺˮ«»“”„‟″‶〝〞〟「」『』❝❞❠⹂״"
# Latin letters that decompose to none, as Latin-ASCII.xml of CLDR has them; without what is rare.
_LETTERS = {"æ": "ae", "œ": "oe", "þ": "th"} | dict(zip("ðøđħıłŋŧ", "dodhilnt", strict=True))
_BREVE = "\u0306"  # what makes и a й and у a ў, which are letters of their own
_lone_breve = re.compile(f"(?<![иу]){_BREVE}")
_MARKS = [char for char in map(chr, range(0x300, 0x20000)) if unicodedata.combining(char) and char != _BREVE]
_ALIKE = str.maketrans(
    dict.fromkeys(_MARKS)
    | dict.fromkeys(_APOSTROPHES, "'")
    | dict.fromkeys(_QUOTES, '"')
    | _LETTERS
    | {"\N{BRAILLE PATTERN BLANK}": " ", "\N{FRACTION SLASH}": "/"}
)
# Texts of nothing else are folded by a few replacements, in a fraction of the time.
_is_plain = re.compile("[\t\n\r -~А-Яа-яЁё«»×\N{EN DASH}\N{EM DASH}]*").fullmatch
_PLAIN_ALIKE = (("`", "'"), ("«", '"'), ("»", '"'), ("\N{EN DASH}", "-"), ("\N{EM DASH}", "-"))
_has_figures = re.compile("[0-9]").search
_decimal_comma = re.compile("(?<=[0-9]),(?=[0-9])")
# 10 × 15, 3х-слойный, Х5: but not ЦЕХ5, where it ends a word. The letters are х of Cyrillic and x of Latin.
_times = re.compile(r"(?<=[0-9]) +[×хx] +(?=[0-9])|(?<=[0-9])[×х]|(?<!\w)[×х](?=[0-9])")
_measure = re.compile(r"([0-9]+(?:[.x][0-9]+)*)([^\W\d_]{1,3})").fullmatch  # a number and its unit
_PUNCTUATION = "\"'-.,;:!?()[]{}<>*|¡¿·•、。،؛؟"  # folded; in `C++`, `100%` and `/` signs have a meaning


def folded(text: str) -> str:
    """Return the text without case, accents and invisible characters; ё becomes е, and ł an l.

    Of the many quotes, apostrophes and dashes one each remains; two apostrophes are a quote, as in 15,6''.
    Between figures a comma is a point, and × is x, whatever is typed for it.
    """
    alike = _folded_plain(text) if _is_plain(text) else _folded_any(text)
    if not _has_figures(alike):
        return alike
    return _times.sub("x", _decimal_comma.sub(".", alike))


def words_of(text: str) -> list[str]:
    """Return the words of a search as they stand in folded texts, each once, without punctuation around them.

    What is nothing but punctuation is a word when there is no other.
    """
    words = folded(text).split()
    bare = [word.strip(_PUNCTUATION) for word in words]
    return list(dict.fromkeys(filter(None, bare))) or list(dict.fromkeys(words))


def refuse_long_search(words: Collection[str]) -> None:
    """Raise ValidationError for more words (each is there once) than are looked for, and for a longer one."""
    if len(words) > MAX_WORDS:
        text = _("Search for at most %(most)d different words.") % {"most": MAX_WORDS}
        raise ValidationError(text, code="too_many_words")
    if any(len(word) > MAX_WORD_LENGTH for word in words):
        text = _("A word may have at most %(most)d characters.") % {"most": MAX_WORD_LENGTH}
        raise ValidationError(text, code="word_too_long")


def looked_for(words: Iterable[str]) -> list[str]:
    """Return the words that are looked for: each once, of many the first, of a long one the beginning."""
    return list(dict.fromkeys(word[:MAX_WORD_LENGTH] for word in words))[:MAX_WORDS]


def spellings_of(word: str) -> tuple[str, ...]:
    """Return how a word may stand in folded texts: `1.7l` also with a space before the unit."""
    return (word, " ".join(match.groups())) if (match := _measure(word)) else (word,)


def _folded_plain(text: str) -> str:
    for char, alike in _PLAIN_ALIKE:
        text = text.replace(char, alike)
    return text.casefold().replace("ё", "е").replace("''", '"')


def _folded_any(text: str) -> str:
    # ´ and ˝ would come apart into a space and an accent.
    visible = without_invisible(text).replace("´", "'").replace("˝", '"')
    # Decomposed twice: a sign such as ™ becomes capitals, and a folded letter can come apart again.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", visible).casefold())
    alike = _lone_breve.sub("", decomposed).translate(_ALIKE)
    return with_hyphens(unicodedata.normalize("NFC", alike)).replace("''", '"')
