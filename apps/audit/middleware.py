"""Audit middleware: the request, and so the source and the user, of what is recorded."""

from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

from apps.audit.models import Source
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


def current_source() -> Source:
    """Return through what this code is carried out; without a job and a request it is a command."""
    if JOB_ID.get() is not None:
        return Source.JOB
    request = _REQUEST.get()
    if request is None:
        return Source.COMMAND
    match = request.resolver_match
    return Source.ADMIN if match and match.app_name == "admin" else Source.API


def current_user_id() -> int | None:
    """Return whose request this code is carried out for; None when nobody's, or somebody's unknown."""
    # DRF puts the user of a token here, too.
    return getattr(getattr(_REQUEST.get(), "user", None), "pk", None)
