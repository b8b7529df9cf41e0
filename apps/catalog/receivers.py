"""Receivers that drop caches when the catalogue changes, row by row or in bulk."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from apps.catalog.caching import categories_cache, products_cache
from apps.catalog.models import Category, Product
from apps.core.database.querysets import bulk_written


@receiver([post_save, post_delete, bulk_written], sender=Product)
def drop_products(**kwargs: Any) -> None:
    """Drop the products' lists and details."""
    products_cache.drop_on_commit()


@receiver([post_save, post_delete, bulk_written], sender=Category)
def drop_categories(**kwargs: Any) -> None:
    """Drop the categories, and the products, which show their category and vanish with it."""
    categories_cache.drop_on_commit()
    products_cache.drop_on_commit()
