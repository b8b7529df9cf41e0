"""Caches of delivery, the same for everyone, and the receivers that drop them on a change."""

from typing import Any

from django.conf import settings
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from apps.core.caching.namespaces import CacheNamespace
from apps.core.database.querysets import bulk_written
from apps.delivery.models import PickupPoint

pickup_points_cache = CacheNamespace("pickup_points", timeout=settings.CATALOG_CACHE_SECONDS, replicated=True)
# The rules come with a release: nothing else changes them.
address_rules_cache = CacheNamespace("address_rules", timeout=settings.CATALOG_CACHE_SECONDS)


@receiver([post_save, post_delete, bulk_written], sender=PickupPoint)
def drop_pickup_points(**kwargs: Any) -> None:
    """Drop the lists of pick-up points."""
    pickup_points_cache.drop_on_commit()
