"""Writing of rows into the database, some hundred at a time."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.audit.models import Action
from apps.audit.services import AuditRecord, changes_between, changes_from_nothing, record_all, values_of
from apps.catalog.category_paths import categories_called, parts_of, paths_to
from apps.catalog.lowest_prices import write_lowest_prices
from apps.catalog.models import Category, MovementKind, PriceChange, Product
from apps.catalog.product_import.rows import ProductRow, product_of
from apps.catalog.services import create_category
from apps.catalog.slugs import SLUG_ATTEMPTS, free_slugs
from apps.catalog.stock import set_stock
from apps.core.database.advisory_locks import lock_alone
from apps.core.normalization import NAME
from apps.users.models import User

CHUNK = 500  # rows written by one statement
IMPORTED_FIELDS = ("name", "price", "category", "description")  # of a product that is known
_CREATING = "catalog.creating_categories"
_LINE_BREAK = re.compile(r"\r\n?")
_COMPARED = ("name", "price", "stock", "description")  # where an empty cell says nothing


@dataclass
class Counts:
    """How many products a table has made, changed, and found as they are to be."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def __iadd__(self, other: "Counts") -> "Counts":
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        return self


def write_rows(rows: list[ProductRow], *, by: User | None = None) -> Counts:
    """Create or update the products of the rows, by a number of statements that does not grow with them.

    What is already as it is to be is left alone. A transaction is needed, which keeps the known products
    locked.
    """
    locked = Product.objects.locked(known_ids(rows)).select_related("category")
    existing = {product.sku_key: product for product in locked}
    categories = _categories(rows)
    changes = {row.key: differences(row, existing.get(row.key), categories[row.category]) for row in rows}
    new = [row for row in rows if row.key not in existing]
    edited = [row for row in rows if row.key in existing and changes[row.key].keys() - {"stock"}]
    created = _write_products(new + edited, existing, categories, by)
    received = {created[row.key].pk: row.stock for row in new if row.stock}
    counted = {
        existing[row.key].pk: row.stock
        for row in rows
        if row.key in existing and row.stock is not None and "stock" in changes[row.key]
    }
    # Counts, not changes: somebody may have created a new product a moment before.
    set_stock(received, reason=_("import"), kind=MovementKind.RECEIVED, by=by)
    set_stock(counted, reason=_("import"), by=by)
    written = sum(bool(change) for change in changes.values())
    return Counts(len(new), written - len(new), len(rows) - written)


def known_ids(rows: Iterable[ProductRow]) -> list[int]:
    """Return the ids of the products that the rows speak of and that exist already."""
    return list(Product.objects.with_skus(row.sku for row in rows).values_list("pk", flat=True))


def differences(
    row: ProductRow, known: Product | None, category: Category | None
) -> dict[str, tuple[Any, Any]]:
    """Return what the row changes: by field the present value (None: of a new product) and the new one.

    `category` is that of the row (None: it is not there yet); the result has the id of the present one.
    """
    if known is None:
        return {
            "name": (None, row.name),
            "price": (None, row.price),
            "category": (None, row.category),
            "stock": (None, row.stock),
        }
    pairs = {field: (getattr(known, field), getattr(row, field)) for field in _COMPARED}
    changed = {field: (old, new) for field, (old, new) in pairs.items() if not _says_the_same(old, new)}
    if category is None or category.pk != known.category_id:
        changed["category"] = (known.category_id, row.category)
    return changed


def _says_the_same(old: Any, new: Any) -> bool:
    """Tell whether the cell changes nothing: a spreadsheet saves line breaks as it likes."""
    if new in {None, old}:
        return True
    return isinstance(new, str) and _LINE_BREAK.sub("\n", old) == _LINE_BREAK.sub("\n", new)


def _categories(rows: Iterable[ProductRow]) -> dict[str, Category]:
    """Return the categories by what the rows call them, and create those that are not there yet."""
    names = {row.category for row in rows}
    if names - categories_called(names).keys():
        lock_alone(_CREATING)  # no key keeps another import from creating the same: names may be alike
        new = names - categories_called(names).keys()
        for name in sorted({NAME.key(name): name for name in sorted(new, reverse=True)}.values()):
            _create_category(name)
    return categories_called(names)


def _create_category(name: str) -> None:
    """Create the category, and those above it that the path to it names and that are not there yet."""
    above: Category | None = None
    for path in paths_to(name):
        known = categories_called([path]).get(path)
        above = known or create_category(name=parts_of(path)[-1], parent=above)


def _write_products(
    rows: list[ProductRow],
    existing: Mapping[str, Product],
    categories: Mapping[str, Category],
    by: User | None,
) -> dict[str, Product]:
    """Write new and known products and note changed prices; return the written ones by their keys."""
    products = _stored(rows, existing, categories)
    PriceChange.objects.bulk_create(
        PriceChange(product=known, old_price=known.price, new_price=product.price, created_by=by)
        for product in products
        if (known := existing.get(product.sku_key)) and known.price != product.price
    )
    write_lowest_prices(products)
    record_all(_audit_records(products, existing), by=by)
    return {product.sku_key: product for product in products}


def _stored(
    rows: list[ProductRow], existing: Mapping[str, Product], categories: Mapping[str, Category]
) -> list[Product]:
    """Write the products, those that are new with slugs that are made as often as somebody takes one.

    Raises IntegrityError when that goes on.
    """
    names = {row.key: row.name for row in rows if row.key not in existing}
    for attempt in count(1):
        slugs = dict(zip(names, free_slugs(list(names.values()), among=Product.objects.all()), strict=True))
        products = [_prepared(row, categories[row.category], existing.get(row.key), slugs) for row in rows]
        try:
            with transaction.atomic():
                # One statement for new and known ones; the stock is in neither.
                Product.objects.bulk_create(
                    products,
                    update_conflicts=True,
                    unique_fields=["sku_key"],
                    update_fields=[*IMPORTED_FIELDS, "updated_at"],
                )
        except IntegrityError:
            if attempt == SLUG_ATTEMPTS:
                raise
        else:
            break
    return products


def _audit_records(products: Iterable[Product], existing: Mapping[str, Product]) -> Iterator[AuditRecord]:
    for product in products:
        values = values_of(product, Product.AUDITED_FIELDS)
        known = existing.get(product.sku_key)
        if known is None:
            yield AuditRecord(Action.CREATED, product, changes_from_nothing(values))
        elif changes := changes_between(values_of(known, IMPORTED_FIELDS), values):
            yield AuditRecord(Action.CHANGED, product, changes)


def _prepared(
    row: ProductRow, category: Category, known: Product | None, slugs: Mapping[str, str]
) -> Product:
    product = product_of(row)
    product.category = category
    product.slug = known.slug if known else slugs[row.key]
    if known is not None:
        product.compare_at_price, product.lowest_price_30d = known.compare_at_price, known.lowest_price_30d
    if known is not None and _says_the_same(known.description, row.description):
        product.description = known.description
    return product
