"""Cache settings: what is cached, where, and for how long."""

from typing import Any

from online_store.env.servers import memcached_server
from online_store.settings.base import STORE_EMBEDDED, VAR_DIR, env

CATALOG_CACHE_SECONDS = 300
ORDERS_CACHE_SECONDS = 60
CDN_SECONDS = env.number("CDN_SECONDS", 0, at_most=86_400)  # a CDN may keep public responses

# A file cache is shared with the management commands that run beside the embedded server, as memory is not.
EMBEDDED_CACHE = {
    "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
    "LOCATION": VAR_DIR / "cache",
    "OPTIONS": {"MAX_ENTRIES": 2000},
}
MEMCACHED_CACHE = {
    "BACKEND": "apps.core.caching.memcached.StoreMemcached",
    "LOCATION": env.words("MEMCACHED_SERVERS", ("127.0.0.1:11211",), memcached_server),
}
# Of the rate limits. Memory counts without a gap, as a file cannot, and the embedded store is one process.
EMBEDDED_COUNTERS = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "OPTIONS": {"MAX_ENTRIES": 100_000},
}
CACHES: dict[str, dict[str, Any]] = {"default": MEMCACHED_CACHE}
if STORE_EMBEDDED:
    CACHES = {"default": EMBEDDED_CACHE, "counters": EMBEDDED_COUNTERS}
