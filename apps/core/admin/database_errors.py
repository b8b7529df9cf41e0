"""Error pages of the admin (409, 400) for what the database refuses, in place of errors 500."""

import logging
from collections.abc import Callable

from django.db import DataError, IntegrityError
from django.db.models import ProtectedError, RestrictedError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from apps.core.api.problems.handlers import bad_request
from apps.core.database.errors import constraint_of, is_collision

logger = logging.getLogger(__name__)


class DatabaseErrorMiddleware:
    """Answer 409 to a write that met another one, and 400 to a value that no column can hold.

    The views of the API answer both as problems. Both can show after all checks have passed: the first at
    COMMIT, the second when a list asks for the rows that its address describes.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return a page for the errors above; None leaves any other one to Django."""
        match exception:
            case ProtectedError() | RestrictedError():
                return _conflict_page()
            case IntegrityError() if is_collision(exception):
                logger.warning(
                    "%s %s met another write at %s", request.method, request.path, constraint_of(exception)
                )
                return _conflict_page()
            case DataError() | OverflowError():  # an integer beyond SQLite's, a date beyond Python's
                return bad_request(request, exception)
        return None


def _conflict_page() -> HttpResponse:
    # Without the request: who sent it may be what was deleted.
    return HttpResponse(render_to_string("409.html"), status=409)
