"""Export of products, as a table that the import reads again."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from apps.catalog.category_paths import names_of_categories
from apps.catalog.models import GroupOption, Product, ProductOption
from apps.catalog.product_import.headings import COLUMNS, OPTION
from apps.import_export.registry import ExportKind, FurtherColumns, Row, exportable

TERMS = ("tax_class__code", "weight_g", "compare_at_price", "group__name")
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


PRODUCTS = exportable(
    ExportKind(
        name="products",
        label=_("Products"),
        model=Product,
        columns=COLUMNS,
        rows=product_rows,
        naming=None,
        further=(FurtherColumns(option_names, option_cells),),
    )
)
