"""Caches of the catalogue, the same for everyone, and the receivers that drop them on a change."""

from typing import Any

from django.conf import settings
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from apps.catalog.models import (
    Attribute,
    AttributeValue,
    Category,
    CategoryTranslation,
    GroupOption,
    Product,
    ProductAttribute,
    ProductGroup,
    ProductImage,
    ProductOption,
    ProductTranslation,
)
from apps.core.caching.namespaces import CacheNamespace
from apps.core.database.querysets import bulk_written
from apps.core.days import day_of, end_of_day
from apps.store.models import TaxClass, TaxRate

categories_cache = CacheNamespace(
    "categories", timeout=settings.CATALOG_CACHE_SECONDS, replicated=True, by_language=True
)
products_cache = CacheNamespace(
    "products",
    timeout=settings.CATALOG_CACHE_SECONDS,
    until=lambda moment: end_of_day(day_of(moment)),  # their tax rates are those of the day
    replicated=True,
    by_language=True,
)


@receiver([post_save, post_delete, bulk_written], sender=Product)
@receiver([post_save, post_delete, bulk_written], sender=ProductImage)
@receiver([post_save, post_delete, bulk_written], sender=Attribute)
@receiver([post_save, post_delete, bulk_written], sender=AttributeValue)
@receiver([post_save, post_delete, bulk_written], sender=ProductAttribute)
@receiver([post_save, post_delete, bulk_written], sender=ProductGroup)
@receiver([post_save, post_delete, bulk_written], sender=GroupOption)
@receiver([post_save, post_delete, bulk_written], sender=ProductOption)
@receiver([post_save, post_delete, bulk_written], sender=ProductTranslation)
def drop_products(**kwargs: Any) -> None:
    """Drop the products' lists and details."""
    products_cache.drop_on_commit()


@receiver([post_save, post_delete, bulk_written], sender=TaxClass)
@receiver([post_save, post_delete, bulk_written], sender=TaxRate)
@receiver([post_save, post_delete, bulk_written], sender=Category)
@receiver([post_save, post_delete, bulk_written], sender=CategoryTranslation)
def drop_categories(**kwargs: Any) -> None:
    """Drop the categories, and the products, which show their category and its taxes, and vanish with it."""
    categories_cache.drop_on_commit()
    products_cache.drop_on_commit()
