"""Several hands at the same time."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.core.cache import caches
from django.core.cache.backends.memcached import BaseMemcachedCache
from django.db import connection, connections

ResultT = TypeVar("ResultT")


def rounds(few: int) -> range:
    """Return so many rounds, or as many as `STORE_TEST_ROUNDS` asks for."""
    return range(int(os.environ.get("STORE_TEST_ROUNDS") or few))


def at_once(hands: int, work: Callable[[int], ResultT]) -> list[ResultT]:
    """Call the work with the number of each hand, all in the same moment, and return what each got."""
    start = Barrier(hands)
    if not connection.in_atomic_block:
        connection.close()  # the pool may have one for each hand, and none to spare

    def work_of(hand: int) -> ResultT:
        try:
            start.wait()
            return work(hand)
        finally:  # both are the thread's own
            connections.close_all()
            if isinstance(cache := caches["default"], BaseMemcachedCache):
                BaseMemcachedCache.close(cache)  # the store's own close() keeps the connection

    with ThreadPoolExecutor(hands) as pool:
        return list(pool.map(work_of, range(hands)))
