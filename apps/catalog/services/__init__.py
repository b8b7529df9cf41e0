"""Services of the catalogue: create, change, delete."""

from apps.catalog.services.categories import (
    create_category,
    deactivate_category,
    delete_category,
    update_category,
)
from apps.catalog.services.products import create_product, deactivate_product, update_product

__all__ = [
    "create_category",
    "create_product",
    "deactivate_category",
    "deactivate_product",
    "delete_category",
    "update_category",
    "update_product",
]
