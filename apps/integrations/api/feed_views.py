"""Feeds as other systems fetch them: streamed, with an ETag, at the cost of one statement."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import http_date, parse_http_date_safe
from django.views.decorators.http import require_safe

from apps.core.caching.cache_control import NO_STORE, PUBLIC
from apps.core.caching.etags import has_version
from apps.integrations.feed_files import FeedStream
from apps.integrations.models import Feed, FeedKind

CONTENT_TYPE = "application/xml; charset=utf-8"


@require_safe
def feed_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Send the feed of this kind. Raises Http404 when there is none."""
    feed = _current(kind)
    return _answer(request, feed, feed.served_files, feed.etag)


@require_safe
def sitemap_file(request: HttpRequest, number: int) -> HttpResponseBase:
    """Send one of the files that the sitemap lists. Raises Http404 when it lists no such file."""
    feed = _current(FeedKind.SITEMAP)
    if number > len(feed.parts):
        raise Http404
    file = feed.parts[number - 1]
    return _answer(request, feed, [file], f'"{file["sha256"][:32]}"')


def _current(kind: str) -> Feed:
    feed = Feed.objects.current().filter(kind=kind).first() if settings.PRODUCT_URL_TEMPLATE else None
    # A sitemap that lists nothing is none (sitemaps.org).
    if feed is None or (kind == FeedKind.SITEMAP and not feed.parts):
        raise Http404
    return feed


def _answer(request: HttpRequest, feed: Feed, files: list[dict[str, Any]], etag: str) -> HttpResponseBase:
    """Return the files as one response. Raises Http404 when they are not there, as after a restore."""
    response: HttpResponseBase
    if _is_known(request, feed, etag):
        response = HttpResponseNotModified()
    elif request.method == "HEAD":
        response = HttpResponse(content_type=CONTENT_TYPE)
    elif (response := _stream(files)).status_code != HTTPStatus.OK:
        return response
    # Of a 304 too: without it Django would say that the feed is empty (RFC 9110, 8.6).
    response["Content-Length"] = str(sum(file["size"] for file in files))
    response["ETag"] = etag
    response["Last-Modified"] = http_date(_made(feed))
    response["Cache-Control"] = PUBLIC
    response["Content-Language"] = settings.LANGUAGE_CODE
    return response


def _stream(files: list[dict[str, Any]]) -> HttpResponseBase:
    try:
        stream = FeedStream(files)
    except FileNotFoundError as error:
        raise Http404 from error
    except OSError:
        return HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "60"} | NO_STORE)
    if not connection.in_atomic_block:
        connection.close()  # a slow reader would keep it from others
    return StreamingHttpResponse(stream, content_type=CONTENT_TYPE)


def _is_known(request: HttpRequest, feed: Feed, etag: str) -> bool:
    """Tell whether the client has it already; its date counts where it names no ETag (RFC 9110, 13.2.2)."""
    if "If-None-Match" in request.headers:
        return has_version(request, etag)
    since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return since is not None and _made(feed) <= since


def _made(feed: Feed) -> int:
    """Return when the feed was made, in seconds since 1970."""
    return int(feed.made_at.timestamp()) if feed.made_at else 0
