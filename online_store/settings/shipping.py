"""Shipping: the carrier's API."""

from online_store.env.values import token
from online_store.env.web import is_safe, web_address
from online_store.settings.base import STORE_EMBEDDED, env

SHIPPING_API_URL = env.read("SHIPPING_API_URL", "", web_address)
SHIPPING_API_KEY = env.read("SHIPPING_API_KEY", "", token)
SHIPPING_API_TIMEOUT = env.seconds("SHIPPING_API_TIMEOUT", 5.0, at_most=120)
# Calls of all workers. The embedded store has two threads, of which a slow carrier may hold one.
SHIPPING_CONCURRENCY = env.number(
    "SHIPPING_CONCURRENCY", 1 if STORE_EMBEDDED else 2, at_least=1, at_most=1000
)
if SHIPPING_API_KEY and not is_safe(SHIPPING_API_URL):
    env.warnings.append(
        "SHIPPING_API_URL has no TLS: SHIPPING_API_KEY and customers' data are sent unencrypted."
    )
