"""Throttling of requests: each is counted once, against the rate limit of its view, user or address."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from apps.core.api.client_ip import throttle_key
from apps.core.api.operations import operation_of
from apps.core.exceptions import TooManyRequests
from apps.core.rate_limits import rate_limit_of


class RateLimitThrottle(BaseThrottle):
    """Let each request be counted, but for what anonymous callers read from the cache.

    A public response is counted for them when it has to be built: `cached_response` sees to that.
    """

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request. Raises TooManyRequests."""
        operation = operation_of(getattr(view, getattr(view, "action", None) or "", None))
        if request.user.is_authenticated or operation.public_cache is None:
            consume_request(request, view)
        return True


def consume_request(request: Request, view: Any) -> None:
    """Count a request against the view's own rate limit (`rate_limit`), else the user's, else the address's.

    Each request is counted once, and tells its caller what is left (draft-ietf-httpapi-ratelimit-headers-10).
    Raises TooManyRequests.
    """
    name = getattr(view, "rate_limit", "") or ("user" if request.user.is_authenticated else "address")
    rate_limit = rate_limit_of(name, request.user.pk if name == "user" else throttle_key(request))
    if rate_limit is None or (count := rate_limit.count_one()) is None:
        return
    view.headers["RateLimit-Policy"] = f'"{name}";q={rate_limit.limit};w={rate_limit.seconds}'
    view.headers["RateLimit"] = f'"{name}";r={max(0, rate_limit.limit - count)};t={rate_limit.wait_seconds}'
    if count > rate_limit.limit:
        raise TooManyRequests(rate_limit.wait_seconds)
