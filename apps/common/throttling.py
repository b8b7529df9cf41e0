"""Budgets: how many requests a caller may make in a window of time, counted by all processes together.

The counters live in Memcached. While that is away, nobody is refused; the limits of failed logins, which must
always hold, are in the database (`apps/users/login_limits.py`).
"""

import math
import time
from typing import Any

from django.conf import settings
from django.core.cache import caches
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
    if (rate := settings.THROTTLES[name]) is None:
        return
    who = request.user.pk if name == "user" else counted_address(request)
    window, passed = divmod(time.time(), rate.seconds)
    count = _counted(f"budget:{name}:{who}:{window:.0f}", seconds=rate.seconds)
    if count is None:
        return
    wait, left = math.ceil(rate.seconds - passed), max(0, rate.requests - count)
    view.headers["RateLimit-Policy"] = f'"{name}";q={rate.requests};w={rate.seconds}'
    view.headers["RateLimit"] = f'"{name}";r={left};t={wait}'
    if count > rate.requests:
        raise TooManyRequests(wait)


def _counted(key: str, *, seconds: int) -> int | None:
    """Count one more and return how many there are; None when nobody knows."""
    counters = caches["counters" if settings.STORE_EMBEDDED else "default"]
    for _try in range(2):
        try:
            return counters.incr(key) or None  # a Memcached that is away answers False
        except ValueError:  # the first of this window, unless somebody is faster
            if counters.add(key, 1, seconds):
                return 1
    return None
