"""Bidirectional text in an invoice: the letters of its font, and the order in which they are read."""

import logging
import re
import unicodedata
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any
from xml.sax.saxutils import escape

from arabic_reshaper import ArabicReshaper
from bidi import get_base_level, get_display
from bidi.mirror import MIRRORED
from reportlab.lib import colors
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

from apps.core.money import NO_BREAK_SPACE

FONT = "DejaVuSans"  # the fonts built into PDF have no Cyrillic and no ₽
FONT_FILE = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
# The font has the forms that letters take between others, but not this word as a single sign.
_ARABIC = ArabicReshaper({"ARABIC LIGATURE ALLAH": False})
_MARK = "\N{COMBINING GRAPHEME JOINER}"  # goes where the sign before it goes, and is not seen
_MIRRORED = f"([{re.escape(''.join(MIRRORED))}])"
_MARKED = re.compile(f"{_MIRRORED}{_MARK}|{_MARK}{_MIRRORED}")
_PREPARING = Lock()

logger = logging.getLogger(__name__)


def prepare() -> None:
    """Make the font known. Nothing is measured or drawn before, in no thread."""
    with _PREPARING:
        _prepare()


def paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    """Return the text as it is typed, in lines that fit; what is read from right to left stands so."""
    # Paragraphs read markup, and a picture's address in it would be opened: whatever a person typed is
    # escaped.
    markup = escape(_drawable(text))
    if not _RIGHT_TO_LEFT.search(text):
        return Paragraph(markup, style)
    both_ways = _BothWays(markup, style)
    # Each escaped sign begins another piece; only lines of one piece can be put in the order of sight.
    pieces: list[Any] = both_ways.frags
    both_ways.frags = [pieces[0].clone(text="".join(piece.text for piece in pieces))]
    return both_ways


@cache
def _prepare() -> None:
    """Do what reportlab would do at its first drawing, and cannot do in two threads at once.

    A second thread would find its list of colours begun, and not know black: the invoice would fail.
    """
    colors.getAllNamedColors()
    pdfmetrics.registerFont(TTFont(FONT, FONT_FILE))


def _drawable(text: str) -> str:
    """Return the text as the font can draw it; what it has no sign for is told in the log."""
    signs = pdfmetrics.getFont(FONT).face.charToGlyph
    printable = "".join(char if _is_printable(char) else " " for char in text)
    formed = _ARABIC.reshape(printable) if _RIGHT_TO_LEFT.search(printable) else printable
    # A form that the font lacks is drawn as the letter it is a form of.
    drawn = [char if ord(char) in signs else unicodedata.normalize("NFKC", char) for char in formed]
    if missing := sorted({char for char in "".join(drawn) if ord(char) not in signs}):
        points = " ".join(f"U+{ord(char):04X}" for char in missing)
        logger.warning("The font of invoices has no sign for %s", points)
    return "".join("\N{REPLACEMENT CHARACTER}" if char in missing else char for char in "".join(drawn))


def _is_printable(char: str) -> bool:
    return (char.isprintable() or char == NO_BREAK_SPACE) and char != _MARK


class _BothWays(Paragraph):
    """A paragraph that is broken into lines as it is read; each line is then put in the order of sight."""

    def breakLines(self, width: Any) -> Any:  # noqa: N802  reportlab's name
        """Return the lines."""
        broken = super().breakLines(width)
        reads_from_right = get_base_level(" ".join(word for _space, line in broken.lines for word in line))
        direction = "R" if reads_from_right else "L"
        broken.lines = [
            (space, _in_order_of_sight(" ".join(line), direction).split(" ")) for space, line in broken.lines
        ]
        return broken


def _in_order_of_sight(line: str, direction: str) -> str:
    """Return the line from left to right; brackets that are read from right to left open the other way."""
    marked = "".join(char + _MARK if char in MIRRORED else char for char in line)
    seen = get_display(marked, base_dir=direction)
    return _MARKED.sub(lambda found: found[1] or MIRRORED[found[2]], seen)
