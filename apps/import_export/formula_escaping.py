"""Escaping of cells, so that no spreadsheet takes one for a formula.

A text that begins with one of its signs, whatever spaces are before it, gets an apostrophe in front, which
spreadsheets take for "this is text". So does a text that begins with apostrophes before such a sign: else the
apostrophe that is taken away again could have been the text's own.
"""

import re

# Full-width signs too, which spreadsheets of East Asia read alike; a tab or a line break opens a new cell.
_FORMULA = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")
_GUARDED = re.compile("'" + _FORMULA.pattern)


def escaped(text: str) -> str:
    """Return the text as it is safe in a cell."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescaped(cell: str) -> str:
    """Return the text of a cell that `escaped` has made, or that somebody typed."""
    return cell[1:] if _GUARDED.match(cell) else cell
