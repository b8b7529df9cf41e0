"""Writing of rows into the database, some hundred at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from apps.audit.services import values_of
from apps.catalog.bulk_writing import Written, note_written
from apps.catalog.category_paths import categories_called, parts_of, paths_to
from apps.catalog.exceptions import no_reduction
from apps.catalog.models import Category, MovementKind, Product
from apps.catalog.product_import.attributes import plan_attributes, write_planned
from apps.catalog.product_import.cells import says_the_same
from apps.catalog.product_import.details import taken_details
from apps.catalog.product_import.headings import DETAIL_COLUMNS, column_name
from apps.catalog.product_import.rows import BadRow, ProductRow, product_of
from apps.catalog.product_import.texts import plan_texts, write_texts
from apps.catalog.product_import.variants import plan_variants, write_variants
from apps.catalog.search_terms import refresh_search_terms
from apps.catalog.services import create_category
from apps.catalog.slugs import SLUG_ATTEMPTS, free_slugs
from apps.catalog.stock import set_stock
from apps.core.database.advisory_locks import lock_alone
from apps.core.normalization import NAME
from apps.store.models import TaxClass
from apps.users.models import User

CHUNK = 500  # rows written by one statement
# Of a product that is known.
IMPORTED_FIELDS = (
    *("name", "price", "category", "description", "tax_class", "weight_g", "compare_at_price"),
    *DETAIL_COLUMNS,
)
_CREATING = "catalog.creating_categories"
_COMPARED = ("name", "price", "stock", "description", "weight_g")  # where an empty cell says nothing


class _Related(NamedTuple):
    """The rows of other tables that products refer to, by what the rows call them."""

    categories: Mapping[str, Category]
    tax_classes: Mapping[str, TaxClass]


@dataclass
class Counts:
    """How many products a table has made, changed, and found as they are to be."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[BadRow] = field(default_factory=list)  # which contradict what is stored

    def __iadd__(self, other: "Counts") -> "Counts":
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.refused += other.refused
        return self


def write_rows(rows: list[ProductRow], *, by: User | None = None) -> Counts:
    """Create or update the products of the rows, by a number of statements that does not grow with them.

    What is already as it is to be is left alone. A transaction is needed, which keeps the known products
    locked.
    """
    known_ids = [pk for pk, _key, _before in known_products(rows)]
    locked = Product.objects.locked(known_ids).select_related("category", "tax_class", "group")
    existing = {product.sku_key: product for product in locked}
    tax_classes = _tax_classes(rows)
    reductions = {key: each.compare_at_price for key, each in existing.items() if each.compare_at_price}
    refused = _refused(rows, reductions, tax_classes)
    rows = without(rows, refused)
    variants = plan_variants(rows, locks=True)
    rows, refused = without(rows, variants.refused), refused + variants.refused
    texts = plan_texts(rows)
    attributes = plan_attributes(rows)
    rows, refused = without(rows, attributes.refused), refused + attributes.refused
    categories = _categories(rows)
    changes = {row.key: differences(row, existing.get(row.key), categories[row.category]) for row in rows}
    new = [row for row in rows if row.key not in existing]
    edited = [row for row in rows if row.key in existing and changes[row.key].keys() - {"stock"}]
    created = _write_products(new + edited, existing, _Related(categories, tax_classes), by)
    write_variants(variants, {**created, **existing}, by=by)
    write_texts(texts, {**created, **existing}, by=by)
    refresh_search_terms(created[row.key].pk for row in new + edited if "barcode" in changes[row.key])
    write_planned(attributes, {**created, **existing}, by=by)
    received = {created[row.key].pk: row.stock for row in new if row.stock}
    counted = {
        existing[row.key].pk: row.stock
        for row in rows
        if row.key in existing and row.stock is not None and "stock" in changes[row.key]
    }
    # Counts, not changes: somebody may have created a new product a moment before.
    set_stock(received, reason=_("import"), kind=MovementKind.RECEIVED, by=by)
    set_stock(counted, reason=_("import"), by=by)
    plans = (variants, texts, attributes)
    written = sum(bool(changes[row.key] or any(plan.changes_of(row) for plan in plans)) for row in rows)
    return Counts(len(new), written - len(new), len(rows) - written, refused)


def known_products(rows: Iterable[ProductRow]) -> list[tuple[int, str, Decimal | None]]:
    """Return id, key and crossed-out price of the products that the rows speak of and that exist already."""
    known = Product.objects.with_skus(row.sku for row in rows)
    return list(known.values_list("pk", "sku_key", "compare_at_price"))


def refused_rows(
    rows: Sequence[ProductRow], known: Iterable[tuple[int, str, Decimal | None]]
) -> list[BadRow]:
    """Return the rows that contradict what is stored: `known_products`, tax classes, groups, attributes."""
    reductions = {key: before for _pk, key, before in known if before is not None}
    refused = _refused(rows, reductions, _tax_classes(rows))
    refused += plan_variants(without(list(rows), refused)).refused
    return refused + plan_attributes(without(list(rows), refused)).refused


def without(rows: list[ProductRow], refused: Iterable[BadRow]) -> list[ProductRow]:
    """Return the other rows."""
    numbers = {row.number for row in refused}
    return [row for row in rows if row.number not in numbers] if numbers else rows


def differences(
    row: ProductRow, known: Product | None, category: Category | None
) -> dict[str, tuple[Any, Any]]:
    """Return what the row changes: by field the present value (None: of a new product) and the new one.

    `category` is that of the row (None: it is not there yet); the result has the id of the present one.
    """
    if known is None:
        told = ("name", "price", "category", "stock")
        new = {name: (None, getattr(row, name)) for name in told} | _terms(row, None)
        return new | {name: (None, value) for name, value in row.details.items()}
    pairs = {name: (getattr(known, name), getattr(row, name)) for name in _COMPARED}
    pairs |= {name: (getattr(known, name), value) for name, value in row.details.items()}
    changed: dict[str, tuple[Any, Any]] = {
        name: (old, new) for name, (old, new) in pairs.items() if not says_the_same(old, new)
    }
    if category is None or category.pk != known.category_id:
        changed["category"] = (known.category_id, row.category)
    return changed | _terms(row, known)


def _terms(row: ProductRow, known: Product | None) -> dict[str, tuple[Any, Any]]:
    """Return what the row changes of the tax class, by its code, and of the crossed-out price."""
    present = known.tax_class.code if known and known.tax_class else None
    before = known.compare_at_price if known else None
    changed: dict[str, tuple[Any, Any]] = {}
    if row.tax_class not in (None, present):
        changed["tax_class"] = (present, row.tax_class)
    if row.compare_at_price is not None and (row.compare_at_price or None) != before:
        changed["compare_at_price"] = (before, row.compare_at_price or None)
    return changed


def _tax_classes(rows: Iterable[ProductRow]) -> dict[str, TaxClass]:
    """Return all tax classes by their codes, if any row names one."""
    if not any(row.tax_class for row in rows):
        return {}
    return {tax_class.code: tax_class for tax_class in TaxClass.objects.all()}


def _refused(
    rows: Sequence[ProductRow], reductions: Mapping[str, Decimal], tax_classes: Mapping[str, TaxClass]
) -> list[BadRow]:
    refused = taken_details(rows)
    for row in without(list(rows), refused):
        # Few products are reduced, and a key takes its time.
        before = reductions.get(row.key) if reductions and row.compare_at_price is None else None
        if row.tax_class and row.tax_class not in tax_classes:
            text = _("there is no “%(code)s”, but %(known)s")
            values = {"code": Truncator(row.tax_class).chars(20), "known": ", ".join(tax_classes)}
            refused.append(BadRow(row.number, f"{column_name('tax_class')}: {text % values}", row.cells))
        elif before is not None and before <= row.price:
            reason = f"{column_name('price')}: {no_reduction(before).message}"
            refused.append(BadRow(row.number, reason, row.cells))
    return refused


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
    related: _Related,
    by: User | None,
) -> dict[str, Product]:
    """Write new and known products and note changed prices; return the written ones by their keys."""
    products = _stored(rows, existing, related)
    note_written([_written(product, existing.get(product.sku_key)) for product in products], by=by)
    return {product.sku_key: product for product in products}


def _stored(rows: list[ProductRow], existing: Mapping[str, Product], related: _Related) -> list[Product]:
    """Write the products, those that are new with slugs that are made as often as somebody takes one.

    Raises IntegrityError when that goes on.
    """
    names = {row.key: row.name for row in rows if row.key not in existing}
    for attempt in count(1):
        slugs = dict(zip(names, free_slugs(list(names.values()), among=Product.objects.all()), strict=True))
        products = [_prepared(row, related, existing.get(row.key), slugs) for row in rows]
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


def _written(product: Product, known: Product | None) -> Written:
    return Written(product, values_of(known, IMPORTED_FIELDS), known.price) if known else Written(product)


def _prepared(row: ProductRow, related: _Related, known: Product | None, slugs: Mapping[str, str]) -> Product:
    product = product_of(row)
    product.category = related.categories[row.category]
    product.tax_class = related.tax_classes[row.tax_class] if row.tax_class else None
    if known is None:
        product.slug = slugs[row.key]
        return product
    product.slug, product.lowest_price_30d = known.slug, known.lowest_price_30d
    product.search_terms = known.search_terms  # a source of the text that is searched
    if says_the_same(known.description, row.description):
        product.description = known.description
    for name in ("tax_class", "weight_g", "compare_at_price"):
        if getattr(row, name) is None:
            setattr(product, name, getattr(known, name))
    for name in DETAIL_COLUMNS:
        setattr(product, name, row.details.get(name, getattr(known, name)))
    return product
