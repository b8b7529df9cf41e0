"""The Memcached cache: an outage is a miss, never an error, and nothing in it can run code."""

import hashlib
import json
from functools import partial
from typing import Any

from django.core.cache.backends.memcached import PyMemcacheCache
from pymemcache.client.rendezvous import RendezvousHash

RAW_BYTES, JSON_VALUE = 0, 1


class BytesAndJson:
    """Store bytes as they are and anything else as JSON: unlike a pickle, a planted value cannot run code."""

    def serialize(self, key: str, value: Any) -> tuple[bytes, int]:
        """Return the stored form and the flag that tells how to read it."""
        if isinstance(value, bytes):
            return value, RAW_BYTES
        return json.dumps(value).encode(), JSON_VALUE

    def deserialize(self, key: str, value: bytes, flags: int) -> Any:
        """Return the value; None, a miss, for what this class did not write."""
        if flags == RAW_BYTES:
            return value
        try:
            return json.loads(value) if flags == JSON_VALUE else None
        except ValueError:
            return None


class StoreMemcached(PyMemcacheCache):
    """Django's PyMemcacheCache with short time-outs and connections that outlive a request."""

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._options: dict[str, Any] = {
            **self._options,
            "serde": BytesAndJson(),
            "ignore_exc": True,
            "no_delay": True,
            "hasher": partial(RendezvousHash, hash_function=_quick_hash),
            "connect_timeout": 0.2,  # seconds, as all of these
            "timeout": 0.2,
            "retry_attempts": 1,
            "retry_timeout": 0.5,
            "dead_timeout": 3,
        }

    def close(self, **kwargs: Any) -> None:
        """Keep the connection: Django calls this after each request, and a new one costs three reads."""


def _quick_hash(text: str, seed: int) -> int:
    # The client's own is in Python, and took a third of a hit's time.
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
