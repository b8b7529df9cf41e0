"""Conditional requests (RFC 9110, 13): ETags of what is read and written, and the header `If-Match`."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from django.http import HttpRequest
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.caching.etags import etag_of, tags_of
from apps.core.exceptions import PreconditionFailed

IF_MATCH = "If-Match"

RowT = TypeVar("RowT")


def rendered(data: Any) -> bytes:
    """Return the body in which every read shows the data."""
    return JSONRenderer().render(data)


def written(data: Any, *, status: int = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> Response:
    """Return the response to a write: what a read shows of the row now, with the ETag which that read has."""
    return Response(data, status=status, headers={"ETag": etag_of(rendered(data)), **(headers or {})})


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
