"""Products from a CSV file: `sku,name,price,category` and, if wanted, `stock` and `description`."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TextIO

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.audit.models import Action
from apps.audit.services import Deed, changes_between, changes_from_nothing, record_all, values_of
from apps.catalog.category_names import categories_called
from apps.catalog.models import MAX_STOCK, Category, MovementKind, PriceChange, Product
from apps.catalog.services import create_category
from apps.catalog.slugs import slug_of, unused
from apps.catalog.stock import set_stock
from apps.exports.formulas import unguarded

REQUIRED_COLUMNS = ("sku", "name", "price", "category")
OPTIONAL_COLUMNS = ("stock", "description")
IMPORTED_FIELDS = ("name", "price", "category", "description")  # of a product that is known
COLUMNS = (*REQUIRED_COLUMNS, *OPTIONAL_COLUMNS)
CHUNK = 500  # products written by one statement
_PRICE = re.compile(r"-?[0-9]+(\.[0-9]+)?")  # Decimal() would read 1_0 and digits of other scripts as well
_PIECES = re.compile(r"[0-9]{1,10}")


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be imported, numbered as a spreadsheet does: the heading is row 1."""

    number: int
    reason: str


@dataclass(frozen=True)
class ProductRow:
    """A row that can be imported; None stands for a column that the file lacks or an empty cell of it."""

    sku: str
    name: str
    price: Decimal
    category: str
    stock: int | None
    description: str | None


@dataclass
class ImportReport:
    """What became of a file."""

    created: int = 0
    updated: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)


class UnusableFile(Exception):
    """A file that is no table of products, or has bad rows that were not to be skipped."""


def import_products(
    file: TextIO, *, skip_bad_rows: bool = False, on_progress: Callable[[int, int], None] | None = None
) -> ImportReport:
    """Create or update the products of the file by sku, in one transaction.

    `on_progress` is told how many rows of how many are written. With bad rows nothing is stored, and the
    report names them, unless they are to be skipped. Raises UnusableFile when the file cannot be read as such
    a table.
    """
    report = ImportReport()
    rows = list(_good_rows(file, report.bad_rows))
    if report.bad_rows and not skip_bad_rows:
        return report
    with transaction.atomic():
        categories = _categories_of(rows)
        existing = _locked_products(rows)
        report.updated = len(existing)
        report.created = len(rows) - len(existing)
        slugs = set(Product.objects.values_list("slug", flat=True))
        for start in range(0, len(rows), CHUNK):
            _write(rows[start : start + CHUNK], categories, existing, slugs)
            if on_progress:
                on_progress(min(start + CHUNK, len(rows)), len(rows))
    return report


def _good_rows(file: TextIO, bad_rows: list[BadRow]) -> Iterator[ProductRow]:
    reader = csv.reader(file)
    seen: dict[str, int] = {}
    try:
        heading = next(reader, [])
        if missing := [name for name in REQUIRED_COLUMNS if name not in heading]:
            raise UnusableFile(_("The file lacks the columns: %s.") % ", ".join(missing))
        for number, cells in enumerate(reader, start=2):
            if not cells:
                continue
            try:
                row = _parsed(heading, cells)
                if row.sku in seen:
                    raise ValueError(_("sku: already in row %s") % seen[row.sku])
            except (ValueError, ValidationError) as error:
                bad_rows.append(BadRow(number, _reason(error)))
                continue
            seen[row.sku] = number
            yield row
    except (csv.Error, UnicodeDecodeError) as error:
        text = _("The file cannot be read as CSV in UTF-8: line %d.")
        raise UnusableFile(text % (reader.line_num + 1)) from error


def _parsed(heading: list[str], row: list[str]) -> ProductRow:
    if len(row) != len(heading):
        raise ValueError(_("the number of cells differs from the heading's"))
    cells = dict(zip(heading, row, strict=True))
    texts = {name: unguarded(cells.get(name, "").strip()) for name in COLUMNS}
    if any("\0" in text for text in texts.values()):
        raise ValueError(_("a NUL character"))
    product = ProductRow(
        sku=texts["sku"],
        name=texts["name"],
        price=_price(texts["price"]),
        category=texts["category"],
        stock=_stock(texts["stock"]),
        description=texts["description"] or None,
    )
    try:
        Category(name=product.category).clean_fields(exclude=["parent", "slug"])
    except ValidationError as error:
        raise ValidationError({"category": error.message_dict["name"]}) from error
    _product(product).clean_fields(exclude=["category", "slug"])
    return product


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


def _product(row: ProductRow) -> Product:
    return Product(sku=row.sku, name=row.name, price=row.price, description=row.description or "")


def _reason(error: ValueError | ValidationError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())


def _categories_of(rows: Iterable[ProductRow]) -> dict[str, Category]:
    wanted = sorted({row.category for row in rows})
    found = categories_called(wanted)
    return {name: found.get(name) or create_category(name=name) for name in wanted}


def _locked_products(rows: Iterable[ProductRow]) -> dict[str, Product]:
    skus = [row.sku for row in rows]
    product_ids = list(Product.objects.filter(sku__in=skus).values_list("pk", flat=True))
    products = Product.objects.locked(product_ids).select_related("category")
    return {product.sku: product for product in products}


def _write(
    rows: list[ProductRow], categories: dict[str, Category], existing: dict[str, Product], slugs: set[str]
) -> None:
    products = [_prepared(row, categories[row.category], existing.get(row.sku), slugs) for row in rows]
    # One statement for new and known ones; the stock is in neither.
    Product.objects.bulk_create(
        products,
        update_conflicts=True,
        unique_fields=["sku"],
        update_fields=[*IMPORTED_FIELDS, "search_text", "updated_at"],
    )
    PriceChange.objects.bulk_create(
        PriceChange(product=known, old_price=known.price, new_price=product.price)
        for product in products
        if (known := existing.get(product.sku)) and known.price != product.price
    )
    record_all(_deeds(products, existing))
    new, counted = {}, {}
    for row, product in zip(rows, products, strict=True):
        if row.sku not in existing and row.stock:
            new[product.pk] = row.stock
        elif row.sku in existing and row.stock is not None:
            counted[product.pk] = row.stock
    # A count, not a change: somebody may have created the product a moment before.
    set_stock(new, reason=_("import"), kind=MovementKind.RECEIVED)
    set_stock(counted, reason=_("import"))


def _deeds(products: Iterable[Product], existing: dict[str, Product]) -> Iterator[Deed]:
    for product in products:
        values = values_of(product, Product.AUDITED_FIELDS)
        known = existing.get(product.sku)
        if known is None:
            yield Deed(Action.CREATED, product, changes_from_nothing(values))
        elif changes := changes_between(values_of(known, IMPORTED_FIELDS), values):
            yield Deed(Action.CHANGED, product, changes)


def _prepared(row: ProductRow, category: Category, known: Product | None, slugs: set[str]) -> Product:
    product = _product(row)
    product.category = category
    if known is not None and row.description is None:
        product.description = known.description
    product.slug = known.slug if known else unused(slug_of(row.name), slugs)
    slugs.add(product.slug)
    return product
