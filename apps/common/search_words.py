"""How texts are folded to be found alike on every database, and how much a search may ask for.

Each of its words is a condition that the database tries row by row.
"""

import unicodedata
from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_WORDS = 10
MAX_WORD_LENGTH = 64  # characters
BREVE = "\u0306"  # what makes и a й, which is a letter of its own


def folded(text: str) -> str:
    """Return the text without case and accents; ё becomes е."""
    # Decomposed twice: a sign such as ™ becomes capitals, and a folded letter can come apart again.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (char for char in decomposed if not unicodedata.combining(char) or char == BREVE)
    return unicodedata.normalize("NFC", "".join(kept))


def refuse_long_search(words: Collection[str]) -> None:
    """Raise ValidationError for more words (each is there once) than are looked for, and for a longer one."""
    if len(words) > MAX_WORDS:
        text = _("At most %(most)d different words are looked for.") % {"most": MAX_WORDS}
        raise ValidationError(text, code="too_many_words")
    if any(len(word) > MAX_WORD_LENGTH for word in words):
        text = _("A word has at most %(most)d characters.") % {"most": MAX_WORD_LENGTH}
        raise ValidationError(text, code="word_too_long")


def looked_for(words: Iterable[str]) -> list[str]:
    """Return the words that are looked for: each once, of many the first, of a long one the beginning."""
    return list(dict.fromkeys(word[:MAX_WORD_LENGTH] for word in words))[:MAX_WORDS]
