"""A file of products as a table: its heading, and its rows one by one."""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO

from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from apps.catalog.models import MAX_SIZE_MM, MAX_STEP, MAX_STOCK, MAX_WEIGHT_G
from apps.catalog.product_import.bad_rows import BadRowsTable
from apps.catalog.product_import.cells import Cell, FailedFormula
from apps.catalog.product_import.dialects import NAMED_DELIMITER, Dialect
from apps.catalog.product_import.headings import (
    ATTRIBUTE,
    COLUMNS,
    DETAIL_NUMBERS,
    DETAIL_TEXTS,
    OPTION,
    TEXT_COLUMNS,
    VARIANT_COLUMNS,
    Heading,
    UnusableFile,
    by_code,
    column_name,
    find_heading,
    is_heading,
)
from apps.catalog.product_import.numbers import UnclearNumber, is_number, number_of
from apps.catalog.product_import.records import Records
from apps.catalog.product_import.rows import BadRow, ProductRow, SeenSkus, reason_of, validated
from apps.catalog.product_import.shops import reading_of
from apps.catalog.product_import.signatures import refuse_old_workbook
from apps.import_export.csv_writer import BYTE_ORDER_MARK
from apps.import_export.formula_escaping import unescaped

if TYPE_CHECKING:
    from apps.catalog.product_import.workbooks import Sheet

_MOST = {**dict.fromkeys(DETAIL_NUMBERS, MAX_STEP), **dict.fromkeys(DETAIL_NUMBERS[:3], MAX_SIZE_MM)}
_PIECES = re.compile(r"[0-9]{1,10}")
_QUOTED = 100  # characters of a cell that a reason repeats


@contextmanager
def opened_table(file: BinaryIO, dialect: Dialect) -> Iterator["ProductTable"]:
    """Read the file from its start, and leave it open.

    Raises UnusableFile when none of its first rows is the heading of a table of products.
    """
    if dialect.is_workbook:
        from apps.catalog.product_import.workbooks import opened_sheet  # noqa: PLC0415  as in exports

        with opened_sheet(file) as sheet:
            yield ProductTable(sheet, dialect)
        return
    refuse_old_workbook(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=dialect.encoding, newline="")
    try:
        yield ProductTable(_lines(text), dialect)
    finally:
        text.detach()


class ProductTable:
    """The lines or the sheet of a file, and its heading.

    Raises UnusableFile when it has none of a table of products.
    """

    def __init__(self, source: "Iterator[str] | Sheet", dialect: Dialect) -> None:
        self._dialect = dialect
        self._records: Records | Sheet = (
            Records(source, looks_like_row=self._looks_like_row, delimiter=dialect.delimiter)
            if isinstance(source, Iterator)
            else source
        )
        self._unread = iter(self._records)
        self.heading = Heading([], {})
        self.heading_row, self.heading = self._read_heading()
        if not isinstance(self._records, Records):
            self._unread = self._records.below(self.heading_row, len(self.heading.names))
        self._told = [place for column, place in self.heading.places.items() if column not in VARIANT_COLUMNS]
        self._reading = reading_of(self.heading)

    def rows(self, seen: SeenSkus, *, after: int = 1) -> Iterator[ProductRow | BadRow]:
        """Yield the rows one by one, from the one behind the row `after`; rows of nothing are left out.

        `seen` knows the skus up to there, and is told the others. Raises UnusableFile where the file is in
        another encoding.
        """
        try:
            for number, cells in enumerate(self._unread, start=self.heading_row + 1):
                if self._says_nothing(cells):
                    continue
                if number > after:
                    yield self._read(number, cells, seen)
                elif self._reading:  # a row may be completed by one before it
                    with suppress(ValueError):
                        self._texts(cells)
        except UnicodeError as error:
            raise self._unreadable(error) from error

    def of_bad_rows(self) -> BadRowsTable:
        """Return what makes a table of the bad rows, in the language of now."""
        return BadRowsTable(self.heading, self._dialect)

    def _read_heading(self) -> tuple[int, Heading]:
        rows = (None if cells is None else [*map(_text, cells)] for cells in self._unread)
        try:
            number, names = find_heading(rows)
        except UnicodeError as error:
            raise self._unreadable(error) from error
        if names is None:
            raise self._unreadable()
        return number, Heading.of(names)

    def _unreadable(self, error: UnicodeError | None = None) -> UnusableFile:
        number = self._records.lines_read + 1
        if isinstance(error, UnicodeDecodeError):  # lines are decoded many at a time
            number += error.object.count(b"\n", 0, error.start)
        text = _("The file cannot be read as CSV in %(encoding)s: line %(number)d.")
        values = {"encoding": self._dialect.encoding.upper(), "number": number}
        return UnusableFile(text % values)

    def _looks_like_row(self, cells: list[str]) -> bool:
        if not self.heading.names:
            return is_heading(cells)
        if len(cells) != len(self.heading.names):
            return False
        return is_number(cells[self.heading.places["price"]])

    def _says_nothing(self, cells: Sequence[Cell] | None) -> bool:
        """Tell whether no column that is read has anything: such as `;;;;` or a second picture."""
        if cells is None:
            return False
        if len(cells) == len(self.heading.names):
            return not any(_text(cells[place]) for place in self._told)
        return not any(map(_text, cells))

    def _read(self, number: int, cells: Sequence[Cell] | None, seen: SeenSkus) -> ProductRow | BadRow:
        try:
            row = validated(self._parsed(number, cells))
            if (first := seen.note(row.sku, number)) != number:
                raise _fault("sku", _("already in row %s") % first)
        except (ValueError, ValidationError) as error:
            return BadRow(number, reason_of(error), self._cells_of_broken_line() if cells is None else cells)
        return row

    def _parsed(self, number: int, cells: Sequence[Cell] | None) -> ProductRow:
        texts = self._texts(cells)
        _refuse_title(texts[column] for column in COLUMNS)
        return ProductRow(
            number=number,
            sku=texts["sku"],
            name=texts["name"],
            price=self._price(texts, cells),
            category=texts["category"],
            stock=self._whole(texts, cells, "stock", most=MAX_STOCK),
            description=texts["description"] or None,
            tax_class=texts["tax_class"] or None,
            weight_g=self._whole(texts, cells, "weight_g", most=MAX_WEIGHT_G),
            compare_at_price=self._amount(texts, cells, "compare_at_price"),
            group=texts["group"] or None,
            options=by_code(texts, OPTION),
            details=self._details(texts, cells),
            texts={column: texts[column] for column in TEXT_COLUMNS if texts.get(column)},
            attributes=by_code(texts, ATTRIBUTE),
            decimal="" if self._dialect.is_workbook else self._dialect.decimal,
            cells=cells or (),
        )

    def _details(self, texts: dict[str, str], cells: Sequence[Cell] | None) -> dict[str, str | int]:
        words = {column: texts[column] for column in DETAIL_TEXTS if texts[column]}
        numbers = {column: self._whole(texts, cells, column, most=_MOST[column]) for column in DETAIL_NUMBERS}
        return words | {column: number for column, number in numbers.items() if number is not None}

    def _price(self, texts: dict[str, str], cells: Sequence[Cell] | None) -> Decimal:
        price = self._amount(texts, cells, "price")
        if price is None:
            raise _fault("price", _("empty"))
        return price

    def _amount(self, texts: dict[str, str], cells: Sequence[Cell] | None, column: str) -> Decimal | None:
        return _amount(column, texts[column], self._decimal_sign(column, cells)) if texts[column] else None

    def _whole(
        self, texts: dict[str, str], cells: Sequence[Cell] | None, column: str, *, most: int
    ) -> int | None:
        return (
            _whole(column, texts[column], self._decimal_sign(column, cells), most) if texts[column] else None
        )

    def _texts(self, cells: Sequence[Cell] | None) -> dict[str, str]:
        """Return what the row says, by column. Raises ValueError when it cannot be read."""
        if cells is None:
            raise ValueError(_("a quotation mark that is not closed, or text behind a closing one"))
        if len(cells) != len(self.heading.names):
            _refuse_title(map(_text, cells))
            raise ValueError(_("the number of cells differs from the heading's"))
        texts = dict.fromkeys(COLUMNS, "")
        for column, place in self.heading.places.items():
            cell = cells[place]
            if isinstance(cell, FailedFormula):
                raise _fault(column, _("“%s” is the error of a formula") % _quoted(cell))
            texts[column] = unescaped(_text(cell))
        if any("\0" in text for text in texts.values()):
            raise ValueError(_("a NUL character"))
        return self._reading(texts) if self._reading else texts

    def _cells_of_broken_line(self) -> list[str]:
        """Return the cells as they are parted if quotation marks mean nothing."""
        line = self._records.broken_line if isinstance(self._records, Records) else ""
        return line.rstrip("\r\n").split(self._dialect.delimiter)

    def _decimal_sign(self, column: str, cells: Sequence[Cell] | None) -> str:
        place = self.heading.places.get(column)
        return self._dialect.decimal if not cells or place is None or isinstance(cells[place], str) else "."


def _text(cell: Cell) -> str:
    return cell.strip() if isinstance(cell, str) else f"{cell:f}"


def _lines(text: Iterator[str]) -> Iterator[str]:
    """Yield the lines, without a byte order mark and a first line that tells Excel the delimiter."""
    first = next(text, "").removeprefix(BYTE_ORDER_MARK)
    if not NAMED_DELIMITER.fullmatch(first):
        yield first
    for line in text:  # noqa: UP028  `yield from` would close the file together with the generator
        yield line


def _refuse_title(texts: Iterable[str]) -> None:
    """Raise ValueError for a row that says one thing only, as price lists of 1C have them."""
    if sum(map(bool, texts)) == 1:
        raise ValueError(_("only one cell is filled: perhaps the title of a group"))


def _amount(column: str, text: str, decimal: str) -> Decimal:
    try:
        return number_of(text, decimal)
    except UnclearNumber as error:
        raise _fault(column, str(error)) from error
    except ValueError as error:
        raise _fault(column, _("“%s” is not a number") % _quoted(text)) from error


def _whole(column: str, text: str, decimal: str, most: int) -> int:
    if _PIECES.fullmatch(text) and int(text) <= most:
        return int(text)
    try:
        number = number_of(text, decimal)
        if 0 <= number <= most and number == int(number):
            return int(number)
    except UnclearNumber as error:
        raise _fault(column, str(error)) from error
    except ValueError:
        pass
    wrong = {"g": _("“%s” is not a number of grams"), "mm": _("“%s” is not a number of millimetres")}
    of_pieces = _("“%s” is not a number of pieces")
    raise _fault(column, wrong.get(column.rpartition("_")[2], of_pieces) % _quoted(text))


def _quoted(text: str) -> str:
    return Truncator(text).chars(_QUOTED)


def _fault(column: str, text: str) -> ValueError:
    return ValueError(f"{column_name(column)}: {text}")
