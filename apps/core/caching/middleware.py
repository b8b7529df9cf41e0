"""The public cache: what everyone may read, given out before all other middleware has begun.

A hit needs no sign-in, no permission and no query. It costs a fifth of what the view's own way to the same
bytes does.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch

from apps.core.caching.etags import address_of, has_version, without_body
from apps.core.caching.namespaces import EVERYONE, CacheNamespace

MAX_PATTERNS = 1_000  # of one process; the headers that clients send are many
# What names a row: a number, or a slug of which the path says so.
_NAMED = re.compile(r"(?<=/by-slug/)[^/]+|\d+")
# Headers of one response alone. All others are the same for all responses of a pattern.
_OWN_HEADERS = frozenset({"content-length", "etag"})
# Whoever sends one of these gets the view's response.
_NOT_FOR_EVERYONE = ("HTTP_AUTHORIZATION", "HTTP_IF_MATCH")

Pattern = tuple[str | None, ...]


class PublicCacheHit(HttpResponse):
    """A response that a view has found in a cache namespace, kept there for everyone."""

    def __init__(self, *args: Any, namespace: CacheNamespace, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.namespace, self.variant = namespace, namespace.variant()


@dataclass(frozen=True, slots=True)
class _LearnedHit:
    """What the view's own way has made of a hit of the pattern."""

    namespace: CacheNamespace
    variant: str  # of the language, which follows from the pattern
    headers: dict[str, str]
    resolver_match: ResolverMatch | None


class PublicCacheMiddleware:
    """Give out what is kept for everyone, with the headers that the view's own way puts on such a response.

    The headers are learned: the first request of a pattern goes that way, the next ones skip it. This is a
    workaround for what the middleware below takes to set them anew; docs/adr/0014 has the measurements. It
    stands before whatever may change a response, and behind the middleware that looks at every request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._learned: dict[Pattern, _LearnedHit] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        pattern = _pattern_of(request)
        learned = self._learned.get(pattern) if pattern else None
        if learned and (kept := learned.namespace.get(EVERYONE, learned.variant + address_of(request))):
            request.resolver_match = learned.resolver_match
            response = HttpResponse(kept.body, headers=learned.headers | {"ETag": kept.etag})
            if has_version(request, kept.etag):
                without_body(response)
            response["Content-Length"] = str(len(response.content))
            return response
        response = self.get_response(request)
        if pattern and not learned and isinstance(response, PublicCacheHit):
            self._learn(pattern, request, response)
        return response

    def _learn(self, pattern: Pattern, request: HttpRequest, hit: PublicCacheHit) -> None:
        if hit.cookies or hit.status_code != HTTPStatus.OK:
            return
        if len(self._learned) >= MAX_PATTERNS:
            self._learned.clear()
        headers = {name: value for name, value in hit.items() if name.lower() not in _OWN_HEADERS}
        self._learned[pattern] = _LearnedHit(hit.namespace, hit.variant, headers, request.resolver_match)


def _pattern_of(request: HttpRequest) -> Pattern | None:
    """Return what the headers of a public response depend on; None when none is asked for.

    Paths that differ in a number or a slug alone belong to the same view.
    """
    meta = request.META
    if request.method != "GET" or any(name in meta for name in _NOT_FOR_EVERYONE):
        return None
    return (
        _NAMED.sub("0", request.path),
        request.scheme,
        meta.get("HTTP_ACCEPT"),
        meta.get("HTTP_ACCEPT_LANGUAGE"),
        meta.get("HTTP_ORIGIN"),
    )
