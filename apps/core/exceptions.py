"""Refusals: the base of all, an exception that carries its data, and the codes of faults in one value."""

from collections.abc import Mapping
from enum import Enum
from http import HTTPStatus
from typing import Any, NotRequired, Self, TypedDict

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MAX_ERRORS = 100  # that are told: a body of thousands of wrong lines is not answered by a megabyte
# Codes of `errors`: what is wrong with one value. Their `detail` tells it to people. Apps add their own.
_fault_codes = {
    "blank",
    "conflict",
    "does_not_exist",
    "duplicate_member",
    "duplicate_parameter",
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
    "read_only",
    "required",
    "surrogate_characters_not_allowed",
    "too_many_words",
    "unique",
    "unknown_member",
    "unknown_parameter",
    "word_too_long",
}


class Where(Enum):
    """Which operations of the API can answer with a problem; the schema goes by it."""

    DECLARED = "those whose view method says so, by `raises`"
    EVERYWHERE = "all"
    BODY = "those that can be sent a body"
    ROW = "those whose address names a row or a page"
    TOKEN = "those that look at a token"  # noqa: S105  no password
    SIGNED_IN = "those that need a token"
    STAFF = "those that need a permission"
    OUTSIDE = "none: it is the response where there is no operation, or a fault"


class DomainError(Exception):
    """A refusal with a reason for people (`message`) and a stable `code` for programs."""

    status_code = HTTPStatus.BAD_REQUEST
    code = "invalid"
    message: str | Promise = _("The request cannot be completed.")
    advice: str | Promise = ""  # what a client should do; it stands in the registry of problems
    where = Where.DECLARED
    headers: Mapping[str, str] = {}  # of the response

    def __str__(self) -> str:
        """Return the reason in the present language."""
        return str(self.message)

    def as_payload(self) -> Mapping[str, Any]:
        """Return the members that this refusal adds to the problem's body.

        The type of what is returned, a TypedDict, is what the schema says of them.
        """
        return {}

    @classmethod
    def example(cls) -> Self:
        """Return a refusal to show in the schema and in the registry of problems."""
        return cls()


class Fault(TypedDict):
    """A single error in a request."""

    code: str
    detail: str
    pointer: NotRequired[str]
    parameter: NotRequired[str]


class Faults(TypedDict):
    """All faults of a request, at most 100."""

    errors: list[Fault]


class PresentVersion(TypedDict):
    """The ETag of what there is now."""

    etag: str


class TokenRefused(DomainError):
    """A token that opens nothing; the response's challenge says why (RFC 6750, 3)."""

    status_code = HTTPStatus.UNAUTHORIZED
    description: str  # in ASCII, for developers

    @property
    def headers(self) -> Mapping[str, str]:  # type: ignore[override]  # of the subclass's description
        """Return the challenge."""
        challenge = f'Bearer realm="api", error="invalid_token", error_description="{self.description}"'
        return {"WWW-Authenticate": challenge}


class InvalidToken(TokenRefused):
    """A token that is not one of ours, or not of the kind that is asked for."""

    code = "token_invalid"
    message = _("The token is not valid.")
    advice = _("Refresh the tokens and retry the request. If that is refused too, log in again.")
    where = Where.TOKEN
    description = "The token is not valid"


class SignInRequired(DomainError):
    """A request without a token, for what is open to everyone in part only."""

    status_code = HTTPStatus.UNAUTHORIZED
    code = "not_authenticated"
    message = _("An access token is required.")


class Forbidden(DomainError):
    """A request for what the caller may see, but not do."""

    status_code = HTTPStatus.FORBIDDEN
    code = "permission_denied"
    message = _("You do not have permission to do this.")


class PreconditionFailed(DomainError):
    """A request for a version that is not the present one."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    code = "precondition_failed"
    message = _("This has changed since you read it.")
    advice = _("Fetch the current version, reapply your change and send it with the new ETag.")

    def __init__(self, etag: str) -> None:
        super().__init__(self.message)
        self.etag = etag
        self.headers = {"ETag": etag}

    def as_payload(self) -> PresentVersion:
        """Tell the present version."""
        return {"etag": self.etag}

    @classmethod
    def example(cls) -> Self:
        """Return a refusal that tells an ETag."""
        return cls('"9b2cf535f27731c974343645a3985328"')


class WriteConflict(DomainError):
    """A write that met another one: what it refers to was deleted, or its unique value taken, meanwhile."""

    status_code = HTTPStatus.CONFLICT
    code = "conflict"
    message = _("Someone else has just changed or deleted something this request refers to.")
    advice = _("Fetch the current state and retry the request if it still makes sense.")
    where = Where.BODY


class TooManyRequests(DomainError):
    """A caller who has exceeded a rate limit."""

    status_code = HTTPStatus.TOO_MANY_REQUESTS
    code = "too_many_requests"
    message = _("Too many requests. Try again later.")
    advice = _("Wait the number of seconds in `Retry-After`. `RateLimit` shows how many requests are left.")
    where = Where.EVERYWHERE

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(self.message)
        self.headers = {"Retry-After": str(wait_seconds)}

    @classmethod
    def example(cls) -> Self:
        """Return a refusal for half a minute."""
        return cls(30)


class InvalidQuery(DomainError):
    """Query parameters that are unknown or unreadable; `errors` maps each to its (code, detail)s."""

    code = "invalid_query"
    message = _("Some query parameters are unknown or invalid.")
    advice = _("Fix or remove the parameters listed in `errors`.")
    where = Where.EVERYWHERE

    def __init__(self, errors: dict[str, list[tuple[str, str]]]) -> None:
        super().__init__(self.message)
        self.errors = errors

    def as_payload(self) -> Faults:
        """Name every parameter at fault."""
        errors: list[Fault] = [
            {"code": code, "detail": str(detail), "parameter": parameter}
            for parameter, faults in self.errors.items()
            for code, detail in faults
        ]
        return {"errors": errors[:MAX_ERRORS]}

    @classmethod
    def example(cls) -> Self:
        """Return the refusal of a misspelt filter."""
        return cls({"serch": [("unknown_parameter", gettext("Unknown parameter."))]})


def register_fault_codes(*codes: str) -> None:
    """Add an app's codes to those that the fault of one value may have."""
    _fault_codes.update(codes)


def fault_codes() -> list[str]:
    """Return the codes that the fault of one value may have, in alphabetical order."""
    return sorted(_fault_codes)
