"""Dialect of a file of products: its encoding, delimiter and decimal sign."""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from apps.catalog.product_import.headings import (
    SEARCHED_ROWS,
    Heading,
    UnusableFile,
    find_heading,
    is_heading,
    known_columns,
)
from apps.catalog.product_import.numbers import decimal_sign_in
from apps.catalog.product_import.records import Records
from apps.catalog.product_import.signatures import is_workbook

_OLD_ENCODINGS = ("cp1251", "cp866")  # of Windows, and what Excel saves as CSV (MS-DOS)
ENCODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", *_OLD_ENCODINGS)
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
NAMED_DELIMITER = re.compile(r'"?sep=([,;\t])"?[\r\n]*', re.IGNORECASE)  # the first line, for Excel
_SAMPLE_BYTES = 100_000  # below csv.field_size_limit(): the sample can be one cell
_SAMPLE_ROWS = 1000
_PIECE_BYTES = 1_000_000


@dataclass(frozen=True)
class Dialect:
    """The way a file is written; a decimal sign of "" means that its numbers do not tell.

    A workbook has no encoding and no delimiter.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = ""

    @property
    def is_workbook(self) -> bool:
        """Tell whether the file is a workbook."""
        return not self.delimiter


def dialect_of(file: BinaryIO, *, encoding: str = "", delimiter: str = "", decimal: str = "") -> Dialect:
    """Find out how the file is written, but for what is given."""
    if is_workbook(file):
        return Dialect("", "", decimal)
    encoding = encoding or _encoding_of(file)
    file.seek(0)
    # A character may be cut in two at the end of the sample.
    sample = file.read(_SAMPLE_BYTES).decode(encoding, errors="ignore").removeprefix("\ufeff")
    is_cut = file.read(1) != b""
    named = NAMED_DELIMITER.match(sample)
    lines = sample[named.end() :] if named else sample
    delimiter = delimiter or (named[1] if named else _delimiter_of(lines))
    if not decimal:
        whole = lines.rpartition("\n")[0] if is_cut else lines
        decimal = _decimal_sign_of(_records(whole, delimiter))
    return Dialect(encoding, delimiter, decimal)


def _decimal_sign_of(records: Records) -> str:
    """Return the decimal sign of the first prices and stocks; "" when they have none, or both."""
    signs: set[str] = set()
    with suppress(UnusableFile):
        rows = iter(records)
        heading = Heading.of(find_heading(rows)[1] or [])
        places = [heading.places[column] for column in ("price", "stock") if column in heading.places]
        for cells in filter(None, islice(rows, _SAMPLE_ROWS)):
            signs.update(decimal_sign_in(cells[place]) for place in places if place < len(cells))
    signs.discard("")
    return signs.pop() if len(signs) == 1 else ""


def _encoding_of(file: BinaryIO) -> str:
    file.seek(0)
    start = file.read(_SAMPLE_BYTES)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8"
    return _utf_16_without_mark(start) or ("utf-8" if _is_utf_8(file) else _old_encoding_of(start))


def _old_encoding_of(start: bytes) -> str:
    """Return the encoding in which most columns are known; Windows-1251 where the headings do not tell."""

    def known(encoding: str) -> int:
        lines = start.decode(encoding, errors="ignore")
        return max(_columns(lines, delimiter)[0] for delimiter in DELIMITERS.values())

    return max(_OLD_ENCODINGS, key=known)


def _utf_16_without_mark(start: bytes) -> str:
    """Return which kind of UTF-16 it is, if it is one: in each digit, space and delimiter a byte is zero."""
    first, second = start[::2].count(0), start[1::2].count(0)
    if max(first, second) * 20 < len(start):
        return ""
    return "utf-16-be" if first > second else "utf-16-le"


def _is_utf_8(file: BinaryIO) -> bool:
    """Tell whether the file is UTF-8, but for a few places that are broken: these have to be told."""
    try:
        for _text in _decoded(file, "strict"):
            pass
    except UnicodeDecodeError:
        whole = broken = 0
        for text in _decoded(file, "replace"):
            pieces = text.count("\ufffd")
            broken += pieces
            whole += len(text) - len(text.encode("ascii", "ignore")) - pieces
        return whole > broken
    return True


def _decoded(file: BinaryIO, errors: str) -> Iterator[str]:
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")(errors)
    while piece := file.read(_PIECE_BYTES):
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


def _delimiter_of(lines: str) -> str:
    """Return the delimiter that makes most known columns of a first row, else most cells."""
    return max(DELIMITERS.values(), key=lambda delimiter: _columns(lines, delimiter))


def _columns(lines: str, delimiter: str) -> tuple[int, int]:
    rows = filter(None, islice(_records(lines, delimiter), SEARCHED_ROWS))
    return max(((len(known_columns(cells)), len(cells)) for cells in rows), default=(0, 0))


def _records(lines: str, delimiter: str) -> Records:
    return Records(io.StringIO(lines, newline=""), looks_like_row=is_heading, delimiter=delimiter)
