"""The Memcached cache: an outage is a miss, never an error, and nothing in it can run code."""

import hashlib
import json
from functools import partial
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
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

    _cache: Any  # of this thread; Django's types know neither of the two
    _class: Any

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

    def set_many(
        self, data: dict[Any, Any], timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> list[Any]:
        """Store the values, and return the keys of those that no server took.

        A client learns of a restart by losing a command, and leaves the server alone for a while, though
        others read from it. Values that are set together are tokens; a lost one would show them old answers.
        So what the kept client could not store is tried once more by a new one.
        """
        lost = self._set_by(self._cache, data, timeout, version)
        if lost:
            client = self._class(self.client_servers, **self._options)
            lost = self._set_by(client, {key: data[key] for key in lost}, timeout, version)
            client.close()
        return lost

    def _set_by(self, client: Any, data: dict[Any, Any], timeout: Any, version: int | None) -> list[Any]:
        # One by one: the client's own set_many says that all is well, whatever was lost.
        seconds = self.get_backend_timeout(timeout)
        return [
            key
            for key, value in data.items()
            if not client.set(self.make_and_validate_key(key, version=version), value, seconds)
        ]

    def close(self, **kwargs: Any) -> None:
        """Keep the connection: Django calls this after each request, and a new one costs three reads."""


def _quick_hash(text: str, seed: int) -> int:
    # The client's own is in Python, and took a third of a hit's time.
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
