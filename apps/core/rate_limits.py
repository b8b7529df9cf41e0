"""Rate limits: how often somebody may do something in a window of time, counted by all processes together.

The counters live in Memcached. While that is down, nobody is refused: a limit that must always
hold belongs in the database.
"""

import math
import time
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache

from apps.core.exceptions import TooManyRequests


@dataclass(frozen=True)
class RateLimit:
    """How often somebody may do something in the present window of time, by a rate of `THROTTLES`."""

    key: str
    limit: int
    seconds: int  # of the window
    wait_seconds: int  # until the next one

    def count_one(self) -> int | None:
        """Count one more and return how many there are; None when nobody knows."""
        counters = _counters()
        for _try in range(2):
            try:
                return counters.incr(self.key) or None  # a Memcached that is away answers False
            except ValueError:  # the first of this window, unless somebody is faster
                if counters.add(self.key, 1, self.seconds):
                    return 1
        return None

    def take_one_back(self) -> None:
        """Count one less: it has come to nothing."""
        with suppress(ValueError):
            _counters().decr(self.key)

    @property
    def is_exceeded(self) -> bool:
        """Tell whether nothing is left."""
        return (_counters().get(self.key) or 0) >= self.limit


def rate_limit_of(name: str, who: object) -> RateLimit | None:
    """Return the rate limit of somebody; None when there is no limit."""
    if (rate := settings.THROTTLES.get(name)) is None:
        return None
    window, passed = divmod(time.time(), rate.seconds)
    wait_seconds = math.ceil(rate.seconds - passed)
    return RateLimit(f"rate_limit:{name}:{who}:{window:.0f}", rate.requests, rate.seconds, wait_seconds)


def consume(name: str, who: object) -> None:
    """Count something that somebody does. Raises TooManyRequests when the limit of this name is exceeded."""
    rate_limit = rate_limit_of(name, who)
    if rate_limit and (rate_limit.count_one() or 0) > rate_limit.limit:
        raise TooManyRequests(rate_limit.wait_seconds)


def _counters() -> BaseCache:
    return caches["counters" if settings.STORE_EMBEDDED else "default"]
