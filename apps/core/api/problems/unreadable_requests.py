"""Responses to requests that the web server could not read: no view and no middleware sees them."""

import uuid
from http import HTTPStatus

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import override

from apps.core.api.problems.handlers import problem_page
from apps.core.api.problems.registry import all_problems
from apps.core.observability.request_id import HEADER, request_id_set

# Whatever else was wrong with the request is a 400.
CODES = {
    HTTPStatus.REQUEST_URI_TOO_LONG: "uri_too_long",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "header_fields_too_large",
    HTTPStatus.INTERNAL_SERVER_ERROR: "server_error",
}


def response_to_unreadable(status: int) -> HttpResponse:
    """Return the problem for the status that the server has found, in the store's first language."""
    kind = all_problems()[CODES.get(HTTPStatus(status), "bad_request")]
    request_id = uuid.uuid4().hex
    with override(settings.LANGUAGE_CODE), request_id_set(request_id):
        response = problem_page(kind.status, code=kind.code, detail=str(kind.meaning))
    response[HEADER] = request_id
    response["Content-Language"] = settings.LANGUAGE_CODE
    response["Vary"] = "Accept-Language"
    return response
