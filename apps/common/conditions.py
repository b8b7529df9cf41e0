"""Writing only what has not changed meanwhile: `If-Match` with the ETag of what the client has read.

An ETag is made from the bytes that a reader gets, so it is compared with what the same caller would be shown
of the row now, under the row's lock: of two who send the same ETag, one writes.
"""

from collections.abc import Callable
from typing import Any

from django.utils.http import parse_etags
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.caching import Answer
from apps.common.exceptions import PreconditionFailed

Check = Callable[[Any], None]


def no_condition(row: Any) -> None:
    """Let every row be written."""


def condition_of(request: Request, shown: Callable[[Any], Any]) -> Check:
    """Return the check that a service makes of the locked row; `shown` renders it for the caller.

    The check raises PreconditionFailed when the request names other versions than the present one. A weak
    ETag never matches (RFC 9110, 13.1.1).
    """
    wanted = set(parse_etags(request.headers.get("If-Match", "")))
    if not wanted or "*" in wanted:
        return no_condition

    def check(row: Any) -> None:
        if (etag := etag_of(shown(row))) not in wanted:
            raise PreconditionFailed(etag)

    return check


def changed(data: Any) -> Response:
    """Return what a row has become, with the ETag that its next reader gets."""
    return Response(data, headers={"ETag": etag_of(data)})


def etag_of(data: Any) -> str:
    """Return the ETag of what is shown."""
    return Answer.of(JSONRenderer().render(data)).etag
