"""Taxes of products: the product's own tax class, else the category's, else the store's."""

from apps.catalog.configuration import CATEGORY_TREE
from apps.catalog.models import Product
from apps.store.configuration import TAXES
from apps.store.configuration_cache import Configuration


def tax_code_of(product: Product, configuration: Configuration) -> str:
    """Return the code of the tax class that the product is sold under."""
    tax_class_id = product.tax_class_id
    if tax_class_id is None:
        tax_class_id = configuration[CATEGORY_TREE].tax_class_id(product.category_id)
    return configuration[TAXES].code_of(tax_class_id)
