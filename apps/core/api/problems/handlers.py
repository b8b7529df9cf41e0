"""Every error under /api/ as `application/problem+json` (RFC 9457)."""

import logging
import sys
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import NON_FIELD_ERRORS, ObjectDoesNotExist, PermissionDenied, RequestDataTooBig
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.template.loader import render_to_string
from django.urls import resolve
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework_simplejwt.exceptions import AuthenticationFailed

from apps.core.api.problems.registry import title_of, type_of
from apps.core.caching.cache_control import NO_STORE
from apps.core.database.errors import constraint_of, is_collision, retry_after
from apps.core.exceptions import MAX_ERRORS, DomainError, InvalidToken, WriteConflict
from apps.core.json_pointers import Pointer
from apps.core.observability.metrics import REFUSALS, count
from apps.core.observability.request_id import current_request_id

CONTENT_TYPE = "application/problem+json"
CHALLENGE = 'Bearer realm="api"'

logger = logging.getLogger(__name__)


def problem_body(status: int, *, code: str, detail: str, **members: Any) -> dict[str, Any]:
    """Return the members of a problem; `type` leads to the page of its code."""
    return {
        **members,
        "type": type_of(code),
        "title": title_of(status),
        "status": int(status),
        "detail": detail,
        "code": code,
        "request_id": current_request_id(),
    }


def problem(
    status: int, *, code: str, detail: str, headers: Mapping[str, str] | None = None, **members: Any
) -> Response:
    """Return a problem for a REST view to answer with."""
    body = problem_body(status, code=code, detail=detail, **members)
    if status == HTTPStatus.UNAUTHORIZED:
        headers = {"WWW-Authenticate": CHALLENGE, **(headers or {})}  # RFC 9110, 15.5.2: it must be there
    return Response(body, status=status, headers=NO_STORE | dict(headers or {}), content_type=CONTENT_TYPE)


def problem_page(
    status: int, *, code: str, detail: str, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Return a problem where no REST view runs: unknown addresses, errors in the middleware."""
    body = JSONRenderer().render(problem_body(status, code=code, detail=detail))
    headers = NO_STORE | dict(headers or {})
    return HttpResponse(body, status=status, headers=headers, content_type=CONTENT_TYPE)


@csrf_exempt
def unknown_address(request: HttpRequest) -> HttpResponse:
    """Answer 404 to an address under /api/ that no view has; send on who forgot the last slash."""
    if not request.path.endswith("/") and request.method in {"GET", "HEAD"}:
        match = resolve(f"{request.path}/")
        if match.func is not unknown_address:
            query = request.META.get("QUERY_STRING", "")
            return HttpResponsePermanentRedirect(f"{request.path}/{'?' if query else ''}{query}")
    return problem_page(404, code="not_found", detail=_("Nothing was found at this address."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django itself refused, for its host or its size."""
    if not _is_api(request):
        return defaults.bad_request(request, exception)
    if isinstance(exception, RequestDataTooBig):
        return problem_page(413, code="body_too_large", detail=_("The request body is too large."))
    return problem_page(400, code="bad_request", detail=_("The request is malformed."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that may not be made."""
    if not _is_api(request):
        return defaults.permission_denied(request, exception)
    return problem_page(403, code="permission_denied", detail=_("You do not have permission to do this."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404 outside the REST views."""
    if not _is_api(request):
        return defaults.page_not_found(request, exception)
    return problem_page(404, code="not_found", detail=_("Nothing was found at this address."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without showing anything of the inside, or 503 when the database is what failed."""
    # Django hands the exception to every handler but this one, which it calls while it handles it.
    if (seconds := retry_after(sys.exception())) is not None:
        return _unavailable_page(request, seconds)
    if not _is_api(request):
        return defaults.server_error(request)
    return problem_page(
        500, code="server_error", detail=_("Something went wrong in the store. The error has been logged.")
    )


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of a REST view into a problem; None leaves an unknown one to Django's error 500."""
    # Whatever else the view renders, such as pages or YAML.
    context["request"].accepted_renderer = JSONRenderer()
    context["request"].accepted_media_type = JSONRenderer.media_type
    if (seconds := retry_after(exc)) is not None:
        logger.error("The database does not answer: %s", exc)
        return problem(503, **_unavailable(seconds))
    match exc := _with_its_cause(exc, context["request"]):
        case DomainError():
            return _refusal(exc)
        case ModelValidationError():
            return _validation_problem(exceptions.ValidationError(detail=_model_errors(exc)))
        case exceptions.ValidationError():
            return _validation_problem(exc)
        case RequestDataTooBig():
            return problem(413, code="body_too_large", detail=_("The request body is too large."))
    known = _as_api_exception(exc)
    return _api_problem(known) if known else None


def flattened(detail: Any, pointer: str = "") -> Iterator[tuple[str, exceptions.ErrorDetail]]:
    """Yield each fault with the JSON pointer (RFC 6901) of the value it speaks of."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            yield from flattened(inner, pointer + _place_of(key))
    elif isinstance(detail, list):
        for inner in detail:
            yield from flattened(inner, pointer)
    else:
        yield pointer, detail


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _refusal(exc: DomainError) -> Response:
    count(REFUSALS, exc.code)
    return problem(exc.status_code, code=exc.code, detail=str(exc), headers=exc.headers, **exc.as_payload())


def _with_its_cause(exc: Exception, request: Request) -> Exception:
    """Return why the request is refused when others have changed what it needs, the caller's account too."""
    if isinstance(exc, IntegrityError) and is_collision(exc):
        logger.warning("%s %s met another write at %s", request.method, request.path, constraint_of(exc))
        return _refusal_of_token(request) or WriteConflict()
    if isinstance(exc, get_user_model().DoesNotExist):
        return _refusal_of_token(request) or exc
    return exc


def _refusal_of_token(request: Request) -> Exception | None:
    """Return why the token of the request is not good any more, such as after the account was deleted."""
    try:
        for authenticator in request.authenticators or ():
            authenticator.authenticate(request)
    except (DomainError, exceptions.APIException) as refusal:
        return refusal
    return None


def _as_api_exception(exc: Exception) -> exceptions.APIException | None:
    match exc:
        case exceptions.APIException():
            return exc
        case Http404() | ObjectDoesNotExist():
            return exceptions.NotFound()
        case PermissionDenied():
            return exceptions.PermissionDenied()
    return None


def _api_problem(exc: exceptions.APIException) -> Response:
    if isinstance(exc, AuthenticationFailed):  # one response, whatever SimpleJWT finds wrong
        return _refusal(InvalidToken())
    headers = {}
    if auth_header := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return problem(exc.status_code, code=exc.default_code, detail=str(exc.detail), headers=headers)


def _unavailable(seconds: int) -> dict[str, Any]:
    detail = _("The store is temporarily unavailable. Try again.")
    return {"code": "unavailable", "detail": detail, "headers": {"Retry-After": str(seconds)}}


def _unavailable_page(request: HttpRequest, seconds: int) -> HttpResponse:
    unavailable = _unavailable(seconds)
    if _is_api(request):
        return problem_page(503, **unavailable)
    # Without the request: its user and its messages lie in the database.
    page = render_to_string("503.html", {"detail": unavailable["detail"]})
    return HttpResponse(page, status=503, headers=unavailable["headers"])


def _validation_problem(exc: exceptions.ValidationError) -> Response:
    errors = [
        {"code": fault.code, "detail": str(fault), "pointer": pointer}
        for pointer, fault in flattened(exc.detail)
    ]
    detail = _("Some values in the request are invalid.")
    return problem(400, code="validation_error", detail=detail, errors=errors[:MAX_ERRORS])


def _place_of(key: Any) -> str:
    if isinstance(key, Pointer):
        return key
    is_of_the_whole = key in {api_settings.NON_FIELD_ERRORS_KEY, NON_FIELD_ERRORS}
    return "" if is_of_the_whole else Pointer.to(key)


def _model_errors(exc: ModelValidationError) -> dict[str, list[exceptions.ErrorDetail]]:
    by_field = exc.error_dict if hasattr(exc, "error_dict") else {NON_FIELD_ERRORS: exc.error_list}
    return {
        field: [
            exceptions.ErrorDetail(message, code=fault.code or "invalid")
            for fault in faults
            for message in fault.messages
        ]
        for field, faults in by_field.items()
    }
