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

from apps.common.exceptions import DomainError, Faults, Where

ADDRESS = "/api/problems/"
# Those of `errors`: what is wrong with one value. Their `detail` tells it to people.
FAULT_CODES = (
    "blank",
    "conflict",
    "delta_or_count",
    "does_not_exist",
    "duplicate_member",
    "duplicate_parameter",
    "email_taken",
    "empty",
    "incorrect_type",
    "invalid",
    "invalid_choice",
    "max_decimal_places",
    "max_digits",
    "max_length",
    "max_string_length",
    "max_value",
    "max_whole_digits",
    "min_length",
    "min_value",
    "not_a_list",
    "null",
    "null_characters_not_allowed",
    "parent_loop",
    "password_entirely_numeric",
    "password_too_common",
    "password_too_short",
    "password_too_similar",
    "product_unavailable",
    "read_only",
    "required",
    "surrogate_characters_not_allowed",
    "too_many_words",
    "unique",
    "unknown_member",
    "unknown_parameter",
    "username_is_address",
    "username_mixes_alphabets",
    "username_reserved",
    "username_taken",
    "word_too_long",
    "wrong_password",
    "zero",
)
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


def catalogue() -> dict[str, Problem]:
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
        _("The request cannot be understood."),
        _("Mend the client: the host, the query or the headers of the request cannot be read."),
        Where.EVERYWHERE,
    ),
    Problem(
        "parse_error",
        HTTPStatus.BAD_REQUEST,
        _("The body is no JSON object, or is nested too deeply."),
        _("Mend the client: send an object of JSON in UTF-8."),
        Where.BODY,
    ),
    Problem(
        "validation_error",
        HTTPStatus.BAD_REQUEST,
        _("The request has values that cannot be accepted."),
        _("Show each text of `errors` at the value that its `pointer` (RFC 6901) points at."),
        Where.BODY,
        members=Faults,
        example=_missing_items,
    ),
    Problem(
        "not_authenticated",
        HTTPStatus.UNAUTHORIZED,
        _("The call needs an access token."),
        _("Log in, and send the access token as `Authorization: Bearer …`."),
        Where.SIGNED_IN,
    ),
    Problem(
        "permission_denied",
        HTTPStatus.FORBIDDEN,
        _("You may not do this."),
        _("Ask who runs the store for the permission. Sending the request again does not help."),
        Where.STAFF,
    ),
    Problem(
        "not_found",
        HTTPStatus.NOT_FOUND,
        _("There is nothing at this address, or it is somebody else's."),
        _("Check the address, its id and the number of the page. What was there may be off sale by now."),
        Where.ROW,
    ),
    Problem(
        "method_not_allowed",
        HTTPStatus.METHOD_NOT_ALLOWED,
        _("The address does not take this method."),
        _("Mend the client: the header `Allow` names the methods."),
        Where.OUTSIDE,
    ),
    Problem(
        "not_acceptable",
        HTTPStatus.NOT_ACCEPTABLE,
        _("The answer cannot be given in a format that `Accept` names."),
        _("Mend the client: accept `application/json`, and for an invoice `application/pdf`."),
        Where.EVERYWHERE,
    ),
    Problem(
        "body_too_large",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        _("The body of the request is too large."),
        _("Send at most 512 KB; split what is larger."),
        Where.BODY,
    ),
    Problem(
        "uri_too_long",
        HTTPStatus.REQUEST_URI_TOO_LONG,
        _("The address of the request is too long."),
        _("Shorten the query, or ask in several requests: 8,000 characters fit, counted as they are sent."),
        Where.EVERYWHERE,
    ),
    Problem(
        "header_fields_too_large",
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        _("The headers of the request are too large."),
        _("Mend the client: send at most 8,000 characters in each header. Cookies are not needed."),
        Where.EVERYWHERE,
    ),
    Problem(
        "unsupported_media_type",
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        _("The body is not JSON."),
        _("Mend the client: send JSON with `Content-Type: application/json`."),
        Where.BODY,
    ),
    Problem(
        "server_error",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("The store failed. The error has been recorded."),
        _("Tell the store's staff the `request_id`. A request with an `Idempotency-Key` may be sent again."),
        Where.OUTSIDE,
    ),
    Problem(
        "unavailable",
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("The store is out of reach for a moment. Try again."),
        _("Wait for the seconds of `Retry-After`, and send the request again."),
        Where.EVERYWHERE,
        headers=("Retry-After",),
    ),
]
