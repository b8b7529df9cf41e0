"""Services of the catalogue: create, change, delete."""

from apps.catalog.services.categories import (
    create_category,
    deactivate_category,
    delete_category,
    update_category,
)
from apps.catalog.services.groups import (
    WantedOption,
    change_group,
    create_group,
    delete_group,
    put_into_group,
    take_out_of_group,
)
from apps.catalog.services.products import create_product, deactivate_product, update_product

__all__ = [
    "WantedOption",
    "change_group",
    "create_category",
    "create_group",
    "create_product",
    "deactivate_category",
    "deactivate_product",
    "delete_category",
    "delete_group",
    "put_into_group",
    "take_out_of_group",
    "update_category",
    "update_product",
]
