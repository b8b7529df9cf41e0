"""The catalogue in the admin. Django looks here for what is registered."""

from apps.catalog.admin import attributes, categories, groups, products, stock_movements

__all__ = ["attributes", "categories", "groups", "products", "stock_movements"]
