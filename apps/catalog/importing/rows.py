"""The rows of a table of products: which of them are good, and what is wrong with the others."""

import csv
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Self, TextIO

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

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
        added = self._database.execute(_NOTE, (key := CODE.key(sku), number))
        if added.rowcount:
            return number
        found: tuple[int] = self._database.execute("SELECT number FROM seen WHERE sku = ?", (key,)).fetchone()
        return found[0]

    def note_all(self, rows: Iterable[tuple[str, int]]) -> None:
        """Take down skus that are known to differ, each with the number of its row."""
        self._database.executemany(_NOTE, ((CODE.key(sku), number) for sku, number in rows))


def read_rows(file: TextIO, seen: SeenSkus, *, after: int = 1) -> Iterator[ProductRow | BadRow]:
    """Yield the rows of the file, one by one, from the one behind the row `after`.

    `seen` knows the skus up to there, and is told the others. Raises UnusableFile when the file cannot be
    read as a table of products.
    """
    reader = csv.reader(file)
    try:
        heading = next(reader, [])
        if missing := [name for name in REQUIRED_COLUMNS if name not in heading]:
            raise UnusableFile(_("The file lacks the columns: %s.") % ", ".join(missing))
        for number, cells in enumerate(reader, start=2):
            if cells and number > after:
                yield _read(number, heading, cells, seen)
    except (csv.Error, UnicodeDecodeError) as error:
        text = _("The file cannot be read as CSV in UTF-8: line %d.")
        raise UnusableFile(text % (reader.line_num + 1)) from error


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


def _read(number: int, heading: list[str], cells: list[str], seen: SeenSkus) -> ProductRow | BadRow:
    try:
        row = validated(_parsed(number, heading, cells))
        if (first := seen.note(row.sku, number)) != number:
            raise ValueError(_("sku: already in row %s") % first)
    except (ValueError, ValidationError) as error:
        return BadRow(number, reason_of(error))
    return row


def _parsed(number: int, heading: list[str], cells: list[str]) -> ProductRow:
    if len(cells) != len(heading):
        raise ValueError(_("the number of cells differs from the heading's"))
    row = dict(zip(heading, cells, strict=True))
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
