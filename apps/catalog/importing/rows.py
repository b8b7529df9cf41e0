"""The rows of a table of products: which of them are good, and what is wrong with the others."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Self, TextIO

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.catalog.importing.records import Records
from apps.catalog.models import MAX_STOCK, Category, Product
from apps.common.identity import CODE, NAME
from apps.exports.formulas import unguarded

REQUIRED_COLUMNS = ("sku", "name", "price", "category")
OPTIONAL_COLUMNS = ("stock", "description")
COLUMNS = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)
_PRICE = re.compile(r"-?[0-9]+(\.[0-9]+)?")  # Decimal() would read 1_0 and digits of other scripts as well
_NOTE = "INSERT OR IGNORE INTO seen VALUES (?, ?)"
_PIECES = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be imported, numbered as a spreadsheet does: the heading is row 1."""

    number: int
    reason: str


@dataclass(frozen=True)
class ProductRow:
    """A row that can be imported; None stands for a column that the file lacks or an empty cell of it."""

    number: int
    sku: str
    name: str
    price: Decimal
    category: str
    stock: int | None
    description: str | None

    @property
    def key(self) -> str:
        """Return what its product is known by."""
        return CODE.key(self.sku)


class UnusableFile(Exception):
    """A file that is no table of products."""


class SeenSkus:
    """Which sku stands in which row, of a file of any length: beyond a few megabytes they lie on the disk.

    Use it in a `with` statement, which gives back the memory and the disk.
    """

    def __init__(self) -> None:
        # Nobody else reads it, and nothing of it outlives the connection.
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("CREATE TABLE seen (sku TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID")
        self._database.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._database.close()

    def note(self, sku: str, number: int) -> int:
        """Return the number of the first row with this sku, in any spelling: this one's, if it is new."""
        key = CODE.key(sku)
        if self._database.execute(_NOTE, (key, number)).rowcount:
            return number
        found: tuple[int] = self._database.execute("SELECT number FROM seen WHERE sku = ?", (key,)).fetchone()
        return found[0]

    def note_all(self, rows: Iterable[tuple[str, int]]) -> None:
        """Take down skus that are known to differ, each with the number of its row."""
        self._database.executemany(_NOTE, ((CODE.key(sku), number) for sku, number in rows))


class ProductTable:
    """An open file and its heading.

    Raises UnusableFile when that is not the heading of a table of products.
    """

    def __init__(self, file: TextIO) -> None:
        self._records = Records(file, looks_like_row=self._looks_like_row)
        self._heading: list[str] = []
        self._heading = self._read_heading()

    @property
    def unknown_columns(self) -> list[str]:
        """Return the columns that nobody reads; those without a name are not worth a word."""
        return [name for name in self._heading if name.strip() and name not in COLUMNS]

    def rows(self, seen: SeenSkus, *, after: int = 1) -> Iterator[ProductRow | BadRow]:
        """Yield the rows one by one, from the one behind the row `after`.

        `seen` knows the skus up to there, and is told the others. Raises UnusableFile where the file is no
        UTF-8.
        """
        try:
            for number, cells in enumerate(self._records, start=2):
                if number > after and cells != []:
                    yield self._read(number, cells, seen)
        except UnicodeDecodeError as error:
            raise self._unreadable() from error

    def _read_heading(self) -> list[str]:
        try:
            heading = next(iter(self._records), [])
        except UnicodeDecodeError as error:
            raise self._unreadable() from error
        if heading is None:
            raise self._unreadable()
        times = Counter(name for name in heading if name.strip())
        if doubled := [name for name, count in times.items() if count > 1]:
            raise UnusableFile(_("The file has these columns more than once: %s.") % ", ".join(doubled))
        if missing := [name for name in REQUIRED_COLUMNS if name not in heading]:
            raise UnusableFile(_("The file lacks the columns: %s.") % ", ".join(missing))
        return heading

    def _unreadable(self) -> UnusableFile:
        text = _("The file cannot be read as CSV in UTF-8: line %d.")
        return UnusableFile(text % (self._records.lines_read + 1))

    def _looks_like_row(self, cells: list[str]) -> bool:
        if len(cells) != len(self._heading):
            return False
        return _PRICE.fullmatch(cells[self._heading.index("price")].strip()) is not None

    def _read(self, number: int, cells: list[str] | None, seen: SeenSkus) -> ProductRow | BadRow:
        try:
            row = validated(self._parsed(number, cells))
            if (first := seen.note(row.sku, number)) != number:
                raise ValueError(_("sku: already in row %s") % first)
        except (ValueError, ValidationError) as error:
            return BadRow(number, reason_of(error))
        return row

    def _parsed(self, number: int, cells: list[str] | None) -> ProductRow:
        if cells is None:
            raise ValueError(_("a quotation mark that is not closed, or text behind a closing one"))
        if len(cells) != len(self._heading):
            raise ValueError(_("the number of cells differs from the heading's"))
        row = dict(zip(self._heading, cells, strict=True))
        texts = {name: unguarded(row.get(name, "").strip()) for name in COLUMNS}
        if any("\0" in text for text in texts.values()):
            raise ValueError(_("a NUL character"))
        return ProductRow(
            number=number,
            sku=texts["sku"],
            name=texts["name"],
            price=_price(texts["price"]),
            category=texts["category"],
            stock=_stock(texts["stock"]),
            description=texts["description"] or None,
        )


def validated(row: ProductRow) -> ProductRow:
    """Return the row in its clean form. Raises ValidationError when no product can be so."""
    name, category = NAME.clean(row.name), NAME.clean(row.category)
    row = replace(row, sku=CODE.clean(row.sku), name=name, category=category)
    if errors := _faults_of_category(row.category, get_language()):
        raise ValidationError({"category": errors})
    product_of(row).clean_fields(exclude=["category", "slug"])
    return row


def reason_of(error: ValueError | ValidationError) -> str:
    """Return in words what is wrong with a row."""
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())


def product_of(row: ProductRow) -> Product:
    """Return the product of the row, without its category."""
    return Product(sku=row.sku, name=row.name, price=row.price, description=row.description or "")


def _price(text: str) -> Decimal:
    if not _PRICE.fullmatch(text):
        raise ValueError(_("price: “%s” is not a number") % text)
    return Decimal(text)


def _stock(text: str) -> int | None:
    if not text:
        return None
    if not _PIECES.fullmatch(text) or int(text) > MAX_STOCK:
        raise ValueError(_("stock: “%s” is not a number of pieces") % text)
    return int(text)


@lru_cache(maxsize=1000)
def _faults_of_category(name: str, language: str) -> list[str]:
    try:
        Category(name=name).clean_fields(exclude=["parent", "slug"])
    except ValidationError as error:
        return error.message_dict["name"]
    return []
