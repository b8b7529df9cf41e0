"""Every problem that the API answers with: what its code means, and what a client should do.

The refusals of the apps (`exceptions.py`) are in it by themselves, once they have an `advice`; the others
stand here. The pages under /api/problems/, and what the schema says of errors, are made from it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self, get_type_hints, is_typeddict

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.exceptions import DomainError, Faults, Where

ADDRESS = "/api/problems/"
# As RFC 9110 has them: those of Python differ from version to version.
_TITLES = {
    400: _("Bad Request"),
    401: _("Unauthorized"),
    403: _("Forbidden"),
    404: _("Not Found"),
    405: _("Method Not Allowed"),
    406: _("Not Acceptable"),
    409: _("Conflict"),
    412: _("Precondition Failed"),
    413: _("Content Too Large"),
    414: _("URI Too Long"),
    415: _("Unsupported Media Type"),
    422: _("Unprocessable Content"),
    429: _("Too Many Requests"),
    431: _("Request Header Fields Too Large"),
    500: _("Internal Server Error"),
    503: _("Service Unavailable"),
}


@dataclass(frozen=True)
class Problem:
    """A kind of problem."""

    code: str
    status: HTTPStatus
    meaning: str | Promise
    advice: str | Promise
    where: Where
    headers: tuple[str, ...] = ()
    members: Any = None  # a TypedDict: what its body has beside the members of every problem
    example: Callable[[], Mapping[str, Any]] = dict  # of these members

    @classmethod
    def of(cls, refusal: type[DomainError]) -> Self:
        """Return the kind that the refusals of the class are of."""
        members = get_type_hints(refusal.as_payload)["return"]
        return cls(
            refusal.code,
            refusal.status_code,
            refusal.message,
            refusal.advice,
            refusal.where,
            tuple(refusal.example().headers),
            members if is_typeddict(members) else None,
            lambda: refusal.example().as_payload(),
        )


def type_of(code: str) -> str:
    """Return the `type` of a problem, which is the address of its page.

    Without the host (RFC 9457, 3.1.1): so it is the same text at every host and behind every proxy, and leads
    to the store that answered.
    """
    return f"{ADDRESS}{code}/"


def title_of(status: int) -> str:
    """Return the name of the status, in the present language."""
    return str(_TITLES.get(status) or HTTPStatus(status).phrase)


def all_problems() -> dict[str, Problem]:
    """Return the problems by their codes, in alphabetical order."""
    refusals = [Problem.of(refusal) for refusal in subclasses_of(DomainError) if refusal.advice]
    return {problem.code: problem for problem in sorted([*_GENERAL, *refusals], key=lambda each: each.code)}


def subclasses_of(refusal: type[DomainError]) -> Iterator[type[DomainError]]:
    """Yield the refusals that are built on this one, from all apps that are loaded."""
    for each in refusal.__subclasses__():
        yield each
        yield from subclasses_of(each)


def _missing_items() -> Faults:
    return {
        "errors": [{"code": "required", "detail": gettext("This field is required."), "pointer": "/items"}]
    }


_GENERAL = [
    Problem(
        "bad_request",
        HTTPStatus.BAD_REQUEST,
        _("The request is malformed."),
        _("Fix the client: the request's host, query or headers are malformed."),
        Where.EVERYWHERE,
    ),
    Problem(
        "parse_error",
        HTTPStatus.BAD_REQUEST,
        _("The body is not a JSON object, or it is nested too deeply."),
        _("Fix the client: send a JSON object encoded as UTF-8."),
        Where.BODY,
    ),
    Problem(
        "validation_error",
        HTTPStatus.BAD_REQUEST,
        _("Some values in the request are invalid."),
        _("Show each message in `errors` next to the value its `pointer` (RFC 6901) refers to."),
        Where.BODY,
        members=Faults,
        example=_missing_items,
    ),
    Problem(
        "not_authenticated",
        HTTPStatus.UNAUTHORIZED,
        _("An access token is required."),
        _("Log in and send the access token as `Authorization: Bearer …`."),
        Where.SIGNED_IN,
    ),
    Problem(
        "permission_denied",
        HTTPStatus.FORBIDDEN,
        _("You do not have permission to do this."),
        _("Ask the store's administrator for access. Retrying the request will not help."),
        Where.STAFF,
    ),
    Problem(
        "not_found",
        HTTPStatus.NOT_FOUND,
        _("Nothing was found at this address, or you do not have access to it."),
        _("Check the address, the id and the page number. What was there may have been removed."),
        Where.ROW,
    ),
    Problem(
        "method_not_allowed",
        HTTPStatus.METHOD_NOT_ALLOWED,
        _("This address does not support the method."),
        _("Fix the client: the `Allow` header lists the supported methods."),
        Where.OUTSIDE,
    ),
    Problem(
        "not_acceptable",
        HTTPStatus.NOT_ACCEPTABLE,
        _("None of the formats in `Accept` is available."),
        _("Fix the client: accept `application/json`, or `application/pdf` for a document."),
        Where.EVERYWHERE,
    ),
    Problem(
        "body_too_large",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        _("The request body is too large."),
        _("Send at most 512 KB per request, 4 MB to calls that end with `bulk/`, 10 MB as a picture."),
        Where.BODY,
    ),
    Problem(
        "uri_too_long",
        HTTPStatus.REQUEST_URI_TOO_LONG,
        _("The URL is too long."),
        _("Shorten the query or split it into several: the URL may have 8,000 characters, as encoded."),
        Where.EVERYWHERE,
    ),
    Problem(
        "header_fields_too_large",
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        _("The request headers are too large."),
        _("Fix the client: keep each header within 8,000 characters. Cookies are not needed."),
        Where.EVERYWHERE,
    ),
    Problem(
        "unsupported_media_type",
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        _("The request body must be JSON."),
        _("Send JSON as `application/json`; a file, where one is taken, as `multipart/form-data`."),
        Where.BODY,
    ),
    Problem(
        "server_error",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("Something went wrong in the store. The error has been logged."),
        _("Give the store's staff the `request_id`. A request with an `Idempotency-Key` can be retried."),
        Where.OUTSIDE,
    ),
    Problem(
        "unavailable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("The store is temporarily unavailable. Try again."),
        _("Wait the number of seconds in `Retry-After`, then retry the request."),
        Where.EVERYWHERE,
        headers=("Retry-After",),
    ),
]
