"""Versions of what is shown: the ETags of reads and writes, and the header `If-Match` (RFC 9110, 13.1.1)."""

import hashlib
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from django.http import HttpRequest
from django.utils.http import parse_etags
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.exceptions import PreconditionFailed

IF_MATCH = "If-Match"
# What proxies and CDNs that compress make of a tag: weak, or marked as the tag of the compressed body.
_PASSED_ON = re.compile(r'(?:W/)?"(?P<tag>[0-9a-f]{32})(?:(?:--?|;)(?:br|deflate|gzip|zstd))?"')

RowT = TypeVar("RowT")


def etag_of(body: bytes) -> str:
    """Return the strong ETag of a body: another body has another one."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def rendered(data: Any) -> bytes:
    """Return the body in which every read shows the data."""
    return JSONRenderer().render(data)


def written(data: Any, *, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer to a write: what a read shows of the row now, with the ETag which that read has."""
    return Response(data, status=status, headers={"ETag": etag_of(rendered(data)), **(headers or {})})


def tags_of(header: str) -> set[str]:
    """Return the tags that a header names, each as the store made it, whatever has happened to it on its way.

    That is more than strong comparison allows (RFC 9110, 8.8.3.2), and as safe: a tag of the store is the
    hash of the body before anybody compressed it, so it names one version however it is written.
    """
    tags = parse_etags(header)
    return {f'"{match["tag"]}"' if (match := _PASSED_ON.fullmatch(tag)) else tag for tag in tags}


def refuse_other_version(request: HttpRequest | Request, etag: str) -> None:
    """Raise PreconditionFailed when the request is meant for versions that this ETag is none of."""
    wanted = request.headers.get(IF_MATCH)
    if wanted is not None and not {"*", etag} & tags_of(wanted):  # what is no tag at all matches nothing
        raise PreconditionFailed(etag)


def if_match(request: Request, shown: Callable[[RowT], Any]) -> Callable[[RowT], None] | None:
    """Return the check that a service makes of the row once it is locked; None without the header.

    `shown` returns the data of the read that this caller has the ETag from.
    """
    if IF_MATCH not in request.headers:
        return None
    return lambda row: refuse_other_version(request, etag_of(rendered(shown(row))))
