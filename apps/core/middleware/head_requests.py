"""Answers to HEAD, which have no body."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class HeadMiddleware:
    """Leave out the body of a response to HEAD, whose length is told.

    gunicorn drops it too, but with a warning in the log for each request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        response = self.get_response(request)
        if request.method == "HEAD" and not response.streaming:
            response.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response
