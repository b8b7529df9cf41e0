"""Cached responses of view methods, and those that nobody may store."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.conditional import refuse_other_version, rendered
from apps.core.api.openapi.annotations import raises, sends
from apps.core.api.operations import declared
from apps.core.api.throttling import consume_request
from apps.core.caching.cache_control import NO_STORE, PRIVATE, PUBLIC
from apps.core.caching.etags import address_of, has_version, without_body
from apps.core.caching.middleware import PublicCacheHit
from apps.core.caching.namespaces import EVERYONE, CacheNamespace
from apps.core.caching.responses import BYPASS, HIT, MISS, CachedResponse
from apps.core.exceptions import PreconditionFailed

# RFC 9211: what the cache had to do with the response.
CACHE_STATUS = {
    HIT: "OnlineStore; hit",
    MISS: "OnlineStore; fwd=miss; stored",
    BYPASS: "OnlineStore; fwd=bypass",
}


def everyone(request: Request) -> str:
    """Return the one scope of what all callers see alike."""
    return EVERYONE


def cached_response(
    namespace: CacheNamespace, *, scope: Callable[[Request], str | None], public: bool = False
) -> Callable[..., Any]:
    """Decorate a reading view method, so that its response comes from the namespace, with an ETag.

    `scope` names who may see the response, by the request; None: it is built for this request alone. The
    method is decorated, not `dispatch`: authentication, permissions and query checks run before the cache
    answers.
    """

    def decorate(method: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
        @raises(PreconditionFailed)
        @sends("Cache-Control", "Cache-Status", "ETag", on=(200, 304))
        @wraps(method)
        def read(view: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            def build() -> bytes:
                if public and not request.user.is_authenticated:  # others were counted before
                    consume_request(request, view)
                return rendered(method(view, request, *args, **kwargs).data)

            if (who := scope(request)) is None:
                cached = CachedResponse.of(build())
            else:
                # What is not for everyone is kept for each reader, who may be shown what others are not.
                address = namespace.variant() + address_of(request)
                kept_for = address if public else f"{request.user.pk} {address}"
                cached = namespace.get_or_build(who, kept_for, build)
            cache_control = _public_for(request) if public and who is not None else PRIVATE
            response = conditional_response(
                request,
                cached,
                cache_control=cache_control,
                found_in=namespace if public and cached.outcome == HIT else None,
            )
            response["Cache-Status"] = CACHE_STATUS[cached.outcome]
            return response

        return declared(read, public_cache=namespace) if public else read

    return decorate


def no_store(method: Callable[..., Response]) -> Callable[..., Response]:
    """Decorate a view method whose responses nobody may store: what they show changes at any time."""

    @sends(*NO_STORE)
    @wraps(method)
    def read(*args: Any, **kwargs: Any) -> Response:
        response = method(*args, **kwargs)
        for header, value in NO_STORE.items():
            response[header] = value
        return response

    return read


def conditional_response(
    request: HttpRequest | Request,
    cached: CachedResponse,
    *,
    cache_control: str = PRIVATE,
    content_type: str = "application/json",
    found_in: CacheNamespace | None = None,
) -> HttpResponse:
    """Return 200 with the body, or 304 when the client already has it (RFC 9110, 13.2.2).

    `found_in` is the namespace that it is kept in for everyone. Raises PreconditionFailed when the client
    wants another version (`If-Match`).
    """
    refuse_other_version(request, cached.etag)
    make = HttpResponse if found_in is None else partial(PublicCacheHit, namespace=found_in)
    response = make(cached.body, content_type=content_type)
    response["ETag"] = cached.etag
    response["Cache-Control"] = cache_control
    patch_vary_headers(response, ("Authorization",))
    if has_version(request, cached.etag):
        without_body(response)
    return response


def _public_for(request: Request) -> str:
    """Return `Cache-Control` of what everyone may see: a CDN may give it to whoever does not sign in."""
    if request.user.is_authenticated or not settings.CDN_SECONDS:
        return PUBLIC
    # RFC 9111, 5.2.2: a CDN would obey `no-cache` too. So browsers are told that it is stale at once, and all
    # that what is stale may not be used.
    return f"public, max-age=0, must-revalidate, s-maxage={settings.CDN_SECONDS}"
