"""Descriptions that other shops keep in HTML, as plain text."""

import re
from html.parser import HTMLParser

_BLOCKS = {
    *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figure", "footer", "form"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section"),
    *("table", "tr", "ul"),
}
_UNSEEN = {"script", "style"}
MAX_HTML_LENGTH = 20_000  # characters; what is much longer than a description may be is refused by that
_spaces = re.compile(r"[ \t\r\f]+")


def text_of_html(html: str, *, keeps_lines: bool = False) -> str:
    """Return what can be read of the HTML: without tags, a line for each block.

    With `keeps_lines` the line breaks of its own texts, too, are shown, as WordPress does. A text longer than
    MAX_HTML_LENGTH is returned as it is: Python's parser takes quadratic time for some of those.
    """
    if len(html) > MAX_HTML_LENGTH:
        return html
    reader = _Reader(keeps_lines)
    reader.feed(html)
    reader.close()
    lines = [_spaces.sub(" ", line).strip() for line in "".join(reader.pieces).split("\n")]
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    """Collect the text; entities are resolved by the parser."""

    def __init__(self, keeps_lines: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._keeps_lines = keeps_lines
        self.pieces: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._unseen += tag in _UNSEEN
        self._end_line(tag)

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN and self._unseen > 0
        self._end_line(tag)

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        # Line breaks between tags only part these.
        shows_lines = self._keeps_lines and data.strip()
        self.pieces.append(data if shows_lines else data.replace("\n", " "))

    def _end_line(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n")
        elif tag in {"td", "th"}:
            self.pieces.append(" ")
