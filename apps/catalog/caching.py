"""Cache namespaces of the catalogue, the same for everyone. `receivers.py` drops them when a row changes."""

from django.conf import settings

from apps.core.caching.namespaces import CacheNamespace

categories_cache = CacheNamespace("categories", timeout=settings.CATALOG_CACHE_SECONDS, replicated=True)
products_cache = CacheNamespace("products", timeout=settings.CATALOG_CACHE_SECONDS, replicated=True)
