"""The catalogue in the admin. Django looks here for what is registered."""

from apps.catalog.admin import categories, products, stock_movements

__all__ = ["categories", "products", "stock_movements"]
