"""Export of products, as a table that the import reads again."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.catalog.attribute_values import text_of
from apps.catalog.category_paths import names_of_categories
from apps.catalog.models import (
    Attribute,
    GroupOption,
    Product,
    ProductAttribute,
    ProductOption,
    ProductTranslation,
)
from apps.catalog.product_import.attributes import SEPARATOR
from apps.catalog.product_import.headings import ATTRIBUTE, COLUMNS, DETAIL_COLUMNS, OPTION
from apps.catalog.shown_texts import PRODUCT_TEXTS
from apps.import_export.registry import ExportKind, FurtherColumns, Row, exportable

TERMS = ("tax_class__code", "weight_g", "compare_at_price", "group__name", *DETAIL_COLUMNS)
ROWS_IN_MEMORY = 500  # a description can have 10,000 characters


def product_rows(product_ids: Sequence[int]) -> Iterator[Row]:
    """Yield the rows of the products, by id."""
    names = names_of_categories()
    products = Product.objects.filter(pk__in=product_ids).order_by("pk")
    values = products.values_list("sku", "name", "price", "category_id", "stock", "description", *TERMS)
    for sku, name, price, category_id, *others in values.iterator(ROWS_IN_MEMORY):
        if category_id not in names:  # it is newer than the question for the names
            names = names_of_categories()
        yield sku, name, price, names[category_id], *others


def option_names() -> list[str]:
    """Return the columns of options: those of all groups, by code."""
    codes = GroupOption.objects.order_by("code").values_list("code", flat=True).distinct()
    return [f"{OPTION}{code}" for code in codes]


def option_cells(product_ids: Sequence[int], names: Sequence[str]) -> Iterator[Row]:
    """Yield the values that the products have of the options, by id."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    values = ProductOption.objects.filter(product__in=product_ids)
    for product_id, code, value in values.values_list("product_id", "option__code", "value_ru"):
        found[product_id][f"{OPTION}{code}"] = value
    for product_id in Product.objects.filter(pk__in=product_ids).order_by("pk").values_list("pk", flat=True):
        yield [found[product_id].get(name) for name in names]


def text_names() -> list[str]:
    """Return the columns of texts in further languages: those in which any product has some."""
    codes = [code for code, _label in settings.LANGUAGES]
    used = [code for code in codes if ProductTranslation.objects.filter(language=code).exists()]
    return [f"{name}_{code}" for code in used for name in PRODUCT_TEXTS]


def text_cells(product_ids: Sequence[int], names: Sequence[str]) -> Iterator[Row]:
    """Yield the texts that the products have in further languages, by id."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    rows = ProductTranslation.objects.filter(product__in=product_ids)
    for product_id, language, *texts in rows.values_list("product_id", "language", *PRODUCT_TEXTS):
        found[product_id] |= {
            f"{name}_{language}": text for name, text in zip(PRODUCT_TEXTS, texts, strict=True)
        }
    for product_id in Product.objects.filter(pk__in=product_ids).order_by("pk").values_list("pk", flat=True):
        yield [found[product_id].get(name) for name in names]


def attribute_names() -> list[str]:
    """Return the columns of attributes, by code."""
    codes = Attribute.objects.order_by("code").values_list("code", flat=True)
    return [f"{ATTRIBUTE}{code}" for code in codes]


def attribute_cells(product_ids: Sequence[int], names: Sequence[str]) -> Iterator[Row]:
    """Yield the values that the products have of the attributes, by id; numbers as such."""
    found: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for row in ProductAttribute.objects.filter(product__in=product_ids).shown():
        value = text_of(row) if row.number is None else row.number.normalize()
        found[row.product_id, f"{ATTRIBUTE}{row.attribute.code}"].append(value)
    for product_id in Product.objects.filter(pk__in=product_ids).order_by("pk").values_list("pk", flat=True):
        yield [_cell(found.get((product_id, name), [])) for name in names]


def _cell(values: list[Any]) -> Any:
    return SEPARATOR.join(values) if len(values) > 1 else next(iter(values), None)


PRODUCTS = exportable(
    ExportKind(
        name="products",
        label=_("Products"),
        model=Product,
        columns=COLUMNS,
        rows=product_rows,
        naming=None,
        further=(
            FurtherColumns(option_names, option_cells),
            FurtherColumns(text_names, text_cells),
            FurtherColumns(attribute_names, attribute_cells),
        ),
    )
)
