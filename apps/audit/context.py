"""Through what the code at hand is carried out, and for whom."""

from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

from apps.audit.models import Through
from apps.core.observability.logs import JOB_ID

_REQUEST: ContextVar[HttpRequest | None] = ContextVar("audited_request", default=None)


class AuditMiddleware:
    """Remember the request while it is answered. Its user is looked up only when something is recorded."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        token = _REQUEST.set(request)
        try:
            return self.get_response(request)
        finally:
            _REQUEST.reset(token)


def current_through() -> Through:
    """Return through what this code is carried out; without a job and a request it is a command."""
    if JOB_ID.get() is not None:
        return Through.JOB
    request = _REQUEST.get()
    if request is None:
        return Through.COMMAND
    match = request.resolver_match
    return Through.ADMIN if match and match.app_name == "admin" else Through.API


def current_user_id() -> int | None:
    """Return whose request this code is carried out for; None when nobody's, or somebody's unknown."""
    # DRF puts the user of a token here, too.
    return getattr(getattr(_REQUEST.get(), "user", None), "pk", None)
