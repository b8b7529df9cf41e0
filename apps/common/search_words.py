"""How much a search may ask for: each of its words is a condition that the database tries row by row."""

from collections.abc import Collection, Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_WORDS = 10
MAX_WORD_LENGTH = 64  # characters


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
