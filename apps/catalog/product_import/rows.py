"""Rows of a table of products: their validation, and the reasons of bad ones."""

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.catalog.category_paths import parts_of
from apps.catalog.exceptions import no_reduction
from apps.catalog.models import Category, Product, ProductGroup, ProductOption, ProductTranslation
from apps.catalog.product_import.headings import OPTION, TEXT_COLUMNS, by_code, column_name
from apps.catalog.shown_texts import PRODUCT_TEXTS
from apps.core.normalization import CODE, NAME

_NOTE = "INSERT OR IGNORE INTO seen VALUES (?, ?)"
_FIELDS: list[Any] = [
    Product._meta.get_field(name)
    for name in ("sku", "name", "price", "description", "weight_g", "compare_at_price")
]
_TEXT_FIELDS: dict[str, Any] = {name: ProductTranslation._meta.get_field(name) for name in PRODUCT_TEXTS}
_CATEGORY_NAME: Any = Category._meta.get_field("name")
_GROUP_NAME: Any = ProductGroup._meta.get_field("name")
_OPTION_VALUE: Any = ProductOption._meta.get_field("value_ru")
_SPOILT_SKU = re.compile(r"[0-9][.,]?[0-9]*E\+[0-9]+", re.IGNORECASE)


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be imported, numbered as a spreadsheet does: the first one of the file is row 1."""

    number: int
    reason: str
    cells: Sequence[str | Decimal] = ()


@dataclass(frozen=True)
class ProductRow:
    """A row that can be imported; None stands for a column that the file lacks or an empty cell of it.

    A `compare_at_price` of zero takes the crossed-out price away. The cells are kept for a row that turns out
    to be bad when it is compared with what is stored.
    """

    number: int
    sku: str
    name: str
    price: Decimal
    category: str
    stock: int | None
    description: str | None
    tax_class: str | None = None  # its code
    weight_g: int | None = None
    compare_at_price: Decimal | None = None
    group: str | None = None  # its name
    options: Mapping[str, str] = field(default_factory=dict)  # values by the codes of options
    details: Mapping[str, Any] = field(default_factory=dict)  # what `DETAIL_COLUMNS` say
    texts: Mapping[str, str] = field(default_factory=dict)  # what `TEXT_COLUMNS` say
    attributes: Mapping[str, str] = field(default_factory=dict)  # texts of cells by the codes of attributes
    decimal: str = ""  # the decimal sign of numbers among them, where it is known
    cells: Sequence[str | Decimal] = field(default=(), compare=False)

    @property
    def key(self) -> str:
        """Return what its product is known by."""
        return CODE.key(self.sku)

    @property
    def has_spoilt_sku(self) -> bool:
        """Tell whether a spreadsheet has shortened the sku to a number such as 4,60701E+12."""
        return _SPOILT_SKU.fullmatch(self.sku) is not None


class SeenSkus:
    """Which sku stands in which row, of a file of any length: beyond a few megabytes they lie on the disk.

    A workaround for the memory of a `dict`, which takes 130 MB for a million rows in each worker; a temporary
    SQLite database takes 2 MB. Use it in a `with` statement, which gives back the memory and the disk.
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


def validated(row: ProductRow) -> ProductRow:
    """Return the row in its clean form. Raises ValidationError when no product can be so."""
    sku, name, category = CODE.clean(row.sku), NAME.clean(row.name), NAME.clean(row.category)
    if (sku, name, category) != (row.sku, row.name, row.category):
        row = replace(row, sku=sku, name=name, category=category)
    if row.details or row.texts:
        row = replace(row, texts={column: _clean_text(column, text) for column, text in row.texts.items()})
    faults = _faults_of_category(row.category, get_language()) or _faults_of_fields(row)
    if faults := faults or _faults_of_details(row):
        raise ValidationError(faults)
    return _with_clean_variant(row) if row.group or row.options else row


def _with_clean_variant(row: ProductRow) -> ProductRow:
    """Return the row with its group and options in clean form. Raises ValidationError when none can be so."""
    faults = {}
    texts = {"group": (_GROUP_NAME, row.group or "")}
    texts |= {f"{OPTION}{code}": (_OPTION_VALUE, text) for code, text in row.options.items()}
    clean = {column: NAME.clean(text) for column, (_field, text) in texts.items()}
    for column, (column_field, text) in texts.items():
        try:
            if text:
                column_field.clean(clean[column], None)
        except ValidationError as error:
            faults[column] = error
    if faults:
        raise ValidationError(faults)
    return replace(row, group=clean["group"] or None, options=by_code(clean, OPTION))


def reason_of(error: ValueError | ValidationError) -> str:
    """Return in words what is wrong with a row."""
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(f"{column_name(name)}: {_text_of(faults)}" for name, faults in error.error_dict.items())


def product_of(row: ProductRow) -> Product:
    """Return the product of the row, without its category and tax class."""
    return Product(
        sku=row.sku,
        name=row.name,
        price=row.price,
        compare_at_price=row.compare_at_price or None,
        weight_g=row.weight_g,
        description=row.description or "",
        **row.details,
    )


@lru_cache(maxsize=1000)
def _faults_of_category(name: str, language: str) -> dict[str, ValidationError]:
    try:
        for part in parts_of(name):
            _CATEGORY_NAME.clean(part, None)
    except ValidationError as error:
        return {"category": error}
    return {}


def _faults_of_fields(row: ProductRow) -> dict[str, ValidationError]:
    """Return what is wrong by field, as `Product.clean_fields` does; a model takes its time."""
    faults = {}
    for column in _FIELDS:
        value = getattr(row, column.name)
        try:
            if value is not None:
                column.clean(value, None)
        except ValidationError as error:
            faults[column.name] = error
    if not faults and row.compare_at_price and row.compare_at_price <= row.price:
        faults["price"] = no_reduction(row.compare_at_price)
    return faults


def _faults_of_details(row: ProductRow) -> dict[str, ValidationError]:
    """Return what is wrong with the details and the texts in further languages, by column."""
    texts = {column: _TEXT_FIELDS[TEXT_COLUMNS[column][1]] for column in row.texts}
    faults = {}
    for column, value in (*row.details.items(), *row.texts.items()):
        column_field: Any = texts.get(column) or Product._meta.get_field(column)
        try:
            column_field.clean(value, None)
        except ValidationError as error:
            faults[column] = error
    return faults


def _clean_text(column: str, text: str) -> str:
    return NAME.clean(text) if TEXT_COLUMNS[column][1] == "name" else text


def _text_of(faults: list[ValidationError]) -> str:
    is_empty = any(fault.code == "blank" for fault in faults)
    return _("empty") if is_empty else " ".join(text for fault in faults for text in fault.messages)
