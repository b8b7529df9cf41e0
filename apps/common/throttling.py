"""Budgets: how many requests a caller may make in a window of time, counted by all processes together.

The counters live in Memcached. While that is away, nobody is refused; the limits of failed logins, which must
always hold, are in the database (`apps/users/login_limits.py`).
"""

import math
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from apps.common.addresses import counted_address
from apps.common.exceptions import TooManyRequests


class BudgetThrottle(BaseThrottle):
    """Let each request be counted, but for what anonymous callers read from the cache.

    A public answer is counted for them when it has to be built: `cached_answer` sees to that.
    """

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request. Raises TooManyRequests."""
        method = getattr(view, getattr(view, "action", None) or "", None)
        if request.user.is_authenticated or not getattr(method, "is_counted_when_built", False):
            spend(request, view)
        return True


def spend(request: Request, view: Any) -> None:
    """Count a request against the view's own budget (`budget`), else the user's, else the address's.

    Each request is counted once, and tells its caller what is left (draft-ietf-httpapi-ratelimit-headers-10).
    Raises TooManyRequests.
    """
    name = getattr(view, "budget", "") or ("user" if request.user.is_authenticated else "address")
    budget = budget_of(name, request.user.pk if name == "user" else counted_address(request))
    if budget is None or (count := budget.counted()) is None:
        return
    view.headers["RateLimit-Policy"] = f'"{name}";q={budget.limit};w={budget.seconds}'
    view.headers["RateLimit"] = f'"{name}";r={max(0, budget.limit - count)};t={budget.wait_seconds}'
    if count > budget.limit:
        raise TooManyRequests(budget.wait_seconds)


@dataclass(frozen=True)
class Budget:
    """How often somebody may do something in the present window of time, by a rate of `THROTTLES`."""

    key: str
    limit: int
    seconds: int  # of the window
    wait_seconds: int  # until the next one

    def counted(self) -> int | None:
        """Count one more and return how many there are; None when nobody knows."""
        counters = _counters()
        for _try in range(2):
            try:
                return counters.incr(self.key) or None  # a Memcached that is away answers False
            except ValueError:  # the first of this window, unless somebody is faster
                if counters.add(self.key, 1, self.seconds):
                    return 1
        return None

    def given_back(self) -> None:
        """Count one less: it has come to nothing."""
        with suppress(ValueError):
            _counters().decr(self.key)

    @property
    def is_spent(self) -> bool:
        """Tell whether nothing is left."""
        return (_counters().get(self.key) or 0) >= self.limit


def budget_of(name: str, who: object) -> Budget | None:
    """Return the budget that somebody has now; None when there is no limit."""
    if (rate := settings.THROTTLES.get(name)) is None:
        return None
    window, passed = divmod(time.time(), rate.seconds)
    wait_seconds = math.ceil(rate.seconds - passed)
    return Budget(f"budget:{name}:{who}:{window:.0f}", rate.requests, rate.seconds, wait_seconds)


def charge(name: str, who: object) -> None:
    """Count something that somebody does. Raises TooManyRequests when the budget of this name is spent."""
    budget = budget_of(name, who)
    if budget and (budget.counted() or 0) > budget.limit:
        raise TooManyRequests(budget.wait_seconds)


def _counters() -> BaseCache:
    return caches["counters" if settings.STORE_EMBEDDED else "default"]
