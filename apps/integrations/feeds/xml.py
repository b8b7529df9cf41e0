"""XML of feeds, written as text, row by row."""

import re
from xml.sax.saxutils import escape, quoteattr

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
# Whatever XML 1.0 (2.2) lets stand nowhere, not even as a character reference.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(name: str, text: str, /, **attributes: str) -> str:
    """Return an element with this text, in one line."""
    written = "".join(f" {key}={quoteattr(_clean(value))}" for key, value in attributes.items())
    return f"<{name}{written}>{escape(_clean(text))}</{name}>\n"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("", text)
