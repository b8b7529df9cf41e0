"""ETags of responses (RFC 9110, 8.8.3), and how conditional reads name them."""

import hashlib
import re
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags
from rest_framework.request import Request

# What proxies and CDNs that compress make of a tag: weak, or marked as the tag of the compressed body.
_PASSED_ON = re.compile(r'(?:W/)?"(?P<tag>[0-9a-f]{32})(?:(?:--?|;)(?:br|deflate|gzip|zstd))?"')


def etag_of(body: bytes) -> str:
    """Return the strong ETag of a body: another body has another one."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def tags_of(header: str) -> set[str]:
    """Return the tags that a header names, each as the store made it, whatever has happened to it on its way.

    That is more than strong comparison allows (RFC 9110, 8.8.3.2), and as safe: a tag of the store is the
    hash of the body before anybody compressed it, so it names one version however it is written.
    """
    tags = parse_etags(header)
    return {f'"{match["tag"]}"' if (match := _PASSED_ON.fullmatch(tag)) else tag for tag in tags}


def without_body(response: HttpResponse) -> None:
    """Make it the response to a client that has the body already."""
    response.status_code, response.content = HTTPStatus.NOT_MODIFIED, b""
    del response["Content-Type"]


def has_version(request: HttpRequest | Request, etag: str) -> bool:
    """Tell whether the client has the response with this ETag already, by `If-None-Match`."""
    sent = request.META.get("HTTP_IF_NONE_MATCH")
    return sent is not None and not {"*", etag}.isdisjoint(tags_of(sent))


def address_of(request: HttpRequest | Request) -> str:
    """Return what tells a response from others: the full address, as the links of a page repeat its host.

    A query with members of objects, `attr[color]=red,blue`, has one address however it is written.

    Raises DisallowedHost for a request that names no host at all.
    """
    host = request.META.get("HTTP_HOST") or request.get_host()
    query = request.META.get("QUERY_STRING", "")
    return f"{request.scheme}://{host}{request.path}?{_canonical(query)}"


def _canonical(query: str) -> str:
    """Return the query; where it has members of objects, these and what their commas part in one order."""
    if "[" not in query and "%5B" not in query.upper():
        return query
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode(sorted((name, _in_order(value) if name[-1:] == "]" else value) for name, value in pairs))


def _in_order(value: str) -> str:
    return ",".join(sorted(set(value.split(","))))
