"""The Memcached cache: an outage is a miss, never an error, and nothing in it can run code."""

import hashlib
import json
import logging
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.memcached import PyMemcacheCache
from pymemcache.client.hash import HashClient
from pymemcache.client.rendezvous import RendezvousHash
from pymemcache.exceptions import MemcacheError

RAW_BYTES, JSON_VALUE = 0, 1
SILENT_SECONDS = 1.0  # that writers leave a server alone that let one of them wait in vain

_silent_until: dict[Any, float] = {}  # by server, by time.monotonic(); of this process
logger = logging.getLogger(__name__)


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


class RingClient(HashClient):
    """Many servers as one. What a server did not take at once is told, and counts as its failure."""

    def _set_many(
        self, client: Any, values: dict[str, Any], *args: Any, **kwargs: Any
    ) -> tuple[list[str], list[str], Exception | None]:
        # The library (pymemcache 4.0.0), told to ignore errors, takes all keys for stored here, and so a dead
        # server for a living one.
        try:
            failed = client.set_many(values, *args, **kwargs)
        except (OSError, MemcacheError) as error:
            return [], list(values), error
        return [key for key in values if key not in failed], failed, None


class StoreMemcached(PyMemcacheCache):
    """Django's PyMemcacheCache with short time-outs and connections that outlive a request."""

    _cache: Any  # of this thread; Django's types do not know it

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = RingClient
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

    def set_everywhere(self, data: Mapping[str, Any], timeout: float | None = DEFAULT_TIMEOUT) -> list[str]:
        """Store the values on every server, and return the keys of those that not every server took.

        A client that finds a server dead goes to another one for its keys, for a while, and no two clients
        need agree on which are dead. What must be seen by all of them has to be on all servers.
        """
        values = {self.make_and_validate_key(key): value for key, value in data.items()}
        seconds = self.get_backend_timeout(timeout)
        lost: set[str] = set()
        for name, client in self._cache.clients.items():
            lost.update(_lost_by(client, values, seconds))
            if name not in self._cache.hasher.nodes:
                client.close()  # it is taken for dead, and will be replaced unasked
        return [key for key, made in zip(data, values, strict=True) if made in lost]

    def close(self, **kwargs: Any) -> None:
        """Keep the connection: Django calls this after each request, and a new one costs three reads."""


def _quick_hash(text: str, seed: int) -> int:
    # The client's own is in Python, and took a third of a hit's time.
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _lost_by(client: Any, values: dict[str, Any], seconds: float | None) -> list[str]:
    """Store the values on the client's server, and return the keys of those that it did not take."""
    if time.monotonic() < _silent_until.get(client.server, 0):
        return list(values)
    try:
        try:
            lost: list[str] = client.set_many(values, seconds)
        except (OSError, MemcacheError):  # as one learns of a restart: the next command connects anew
            lost = client.set_many(values, seconds)
    except (OSError, MemcacheError) as error:
        logger.warning("Memcached does not take what is written: %s: %r", client.server, error)
        if isinstance(error, TimeoutError):
            _silent_until[client.server] = time.monotonic() + SILENT_SECONDS
        return list(values)
    return lost
