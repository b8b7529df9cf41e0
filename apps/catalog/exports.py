"""Export of products, as a table that the import reads again."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from apps.catalog.category_paths import names_of_categories
from apps.catalog.models import Product
from apps.catalog.product_import.headings import COLUMNS
from apps.import_export.registry import ExportKind, Row, exportable

TERMS = ("tax_class__code", "weight_g", "compare_at_price")
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


PRODUCTS = exportable(
    ExportKind(
        name="products", label=_("Products"), model=Product, columns=COLUMNS, rows=product_rows, naming=None
    )
)
