"""Models of the catalogue: categories, products and their stock."""

from apps.catalog.models.categories import (
    MAX_DESCRIPTION_LENGTH,
    Category,
    CategoryQuerySet,
    category_tree_ids,
    hidden_category_ids,
)
from apps.catalog.models.products import MAX_STOCK, MAX_WEIGHT_G, Product, ProductQuerySet
from apps.catalog.models.stock import ORDER_MOVEMENTS, REASONED, MovementKind, PriceChange, StockMovement

__all__ = [
    "MAX_DESCRIPTION_LENGTH",
    "MAX_STOCK",
    "MAX_WEIGHT_G",
    "ORDER_MOVEMENTS",
    "REASONED",
    "Category",
    "CategoryQuerySet",
    "MovementKind",
    "PriceChange",
    "Product",
    "ProductQuerySet",
    "StockMovement",
    "category_tree_ids",
    "hidden_category_ids",
]
