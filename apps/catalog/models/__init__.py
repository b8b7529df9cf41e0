"""What is sold, and how much of it there is."""

from apps.catalog.models.category import (
    MAX_DESCRIPTION_LENGTH,
    Category,
    category_tree_ids,
    hidden_category_ids,
)
from apps.catalog.models.ledger import ORDER_MOVEMENTS, REASONED, MovementKind, PriceChange, StockMovement
from apps.catalog.models.product import MAX_STOCK, Product

__all__ = [
    "MAX_DESCRIPTION_LENGTH",
    "MAX_STOCK",
    "ORDER_MOVEMENTS",
    "REASONED",
    "Category",
    "MovementKind",
    "PriceChange",
    "Product",
    "StockMovement",
    "category_tree_ids",
    "hidden_category_ids",
]
