"""Preview of an import: what it would change, as staff see it before they confirm."""

from bisect import insort
from typing import Any, TypeVar

from apps.catalog.category_paths import categories_called
from apps.catalog.models import Product
from apps.catalog.product_import.attributes import plan_attributes
from apps.catalog.product_import.rows import BadRow, ProductRow
from apps.catalog.product_import.texts import plan_texts
from apps.catalog.product_import.variants import plan_variants
from apps.catalog.product_import.writing import differences
from apps.core.normalization import NAME

SHOWN_BAD_ROWS = 200
SHOWN_CHANGES = 50  # of known products
SHOWN_NEW = 20  # products
SHOWN_CATEGORIES = 50
SHOWN_VALUES = 50  # of attributes that are new
SHOWN_COLUMNS = 50
SHOWN_SPOILT = 20  # skus

T = TypeVar("T")


def empty_preview(heading_row: int, unknown_columns: list[str]) -> dict[str, Any]:
    """Return the preview of no rows of a table with these unknown columns; it can be kept as JSON."""
    counts = {"created": 0, "updated": 0, "unchanged": 0, "bad": 0, "spoilt": 0}
    table = {"heading_row": heading_row, "unknown_columns": unknown_columns[:SHOWN_COLUMNS]}
    return {**counts, **table, "spoilt_skus": [], "bad_rows": [], "changes": [], "new": [], "categories": []}


def add_bad_rows(preview: dict[str, Any], rows: list[BadRow]) -> None:
    """Count the rows, and keep the first reasons."""
    preview["bad"] += len(rows)
    room = SHOWN_BAD_ROWS - len(preview["bad_rows"])
    preview["bad_rows"] += [[row.number, row.reason] for row in rows[:room]]


def add_rows(preview: dict[str, Any], rows: list[ProductRow]) -> None:
    """Compare the rows with the products as they are now: count what would happen, and keep the first of it.

    The number of queries does not grow with the rows.
    """
    known = Product.objects.with_skus(row.sku for row in rows).select_related("category", "tax_class")
    products = {product.sku_key: product for product in known}
    categories = categories_called(row.category for row in rows)
    variants, texts, attributes = plan_variants(rows), plan_texts(rows), plan_attributes(rows)
    _note_values(preview, attributes.new_names)
    for row in rows:
        product = products.get(row.key)
        if row.has_spoilt_sku:
            preview["spoilt"] = preview.get("spoilt", 0) + 1  # a former release may have begun the preview
            keep_first(preview.setdefault("spoilt_skus", []), SHOWN_SPOILT, [row.number, row.sku])
        changes = differences(row, product, categories.get(row.category))
        changes |= variants.changes_of(row) | texts.changes_of(row) | attributes.changes_of(row)
        if row.category not in categories and len(preview["categories"]) < SHOWN_CATEGORIES:
            _note_category(preview["categories"], row.category)
        if product is None:
            preview["created"] += 1
            keep_first(preview["new"], SHOWN_NEW, _shown(row, changes))
        elif changes:
            preview["updated"] += 1
            if "category" in changes:
                changes["category"] = (product.category.name, row.category)
            keep_first(preview["changes"], SHOWN_CHANGES, _shown(row, changes))
        else:
            preview["unchanged"] += 1


def _note_values(preview: dict[str, Any], names: list[str]) -> None:
    """Keep the values of attributes that would be made; each part of the file finds them new."""
    kept = preview.setdefault("values", [])
    for name in names:
        if name not in kept:
            keep_first(kept, SHOWN_VALUES, name)


def _note_category(kept: list[str], name: str) -> None:
    """Keep the name of a category that would be made, in the first spelling of it."""
    if NAME.key(name) not in map(NAME.key, kept):
        insort(kept, name)


def _shown(row: ProductRow, changes: dict[str, tuple[Any, Any]]) -> dict[str, Any]:
    fields = {
        field: [None if value is None else str(value) for value in pair] for field, pair in changes.items()
    }
    return {"number": row.number, "sku": row.sku, "name": row.name, "fields": fields}


def keep_first(kept: list[T], most: int, shown: T) -> None:
    """Keep what is shown, if it is among the first so many."""
    if len(kept) < most:
        kept.append(shown)
