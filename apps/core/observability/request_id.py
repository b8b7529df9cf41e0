"""The id that ties a request, its log lines and the jobs it caused together."""

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponse

from apps.core.observability.logs import REQUEST_ID

HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


def current_request_id() -> str:
    """Return the id of the request that this code runs for; empty outside of one."""
    return REQUEST_ID.get()


@contextmanager
def request_id_set(request_id: str) -> Iterator[None]:
    """Run the block for the given request id, as a job does for the request that caused it."""
    token = REQUEST_ID.set(request_id)
    try:
        yield
    finally:
        REQUEST_ID.reset(token)


class RequestIdMiddleware:
    """Give every request an id, the caller's own when it is a sane one, and send it back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request with its id in the headers."""
        sent = request.headers.get(HEADER, "")
        request_id = sent if _SANE.fullmatch(sent) else uuid.uuid4().hex
        # Unset only when the request is finished: Django logs a refused one when all middleware is through.
        REQUEST_ID.set(request_id)
        response = self.get_response(request)
        response[HEADER] = request_id
        return response


def _unset(**kwargs: object) -> None:
    # What the thread logs before its next request, as of bytes that are none, belongs to no request.
    REQUEST_ID.set("")


request_finished.connect(_unset)
