"""What every refusal of the store is: an exception that carries its data."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal with a reason for people (`message`) and a stable `code` for programs."""

    status_code = HTTPStatus.BAD_REQUEST
    code = "invalid"
    message: str | Promise = _("The request cannot be carried out.")
    headers: Mapping[str, str] = {}  # of the answer

    def __str__(self) -> str:
        """Return the reason in the present language."""
        return str(self.message)

    def as_payload(self) -> dict[str, Any]:
        """Return the members that this refusal adds to the problem's body."""
        return {}


class TokenRefused(DomainError):
    """A token that opens nothing; the answer's challenge says why (RFC 6750, 3)."""

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
    description = "The token is not valid"


class PreconditionFailed(DomainError):
    """A request for a version that is not the present one."""

    status_code = HTTPStatus.PRECONDITION_FAILED
    code = "precondition_failed"
    message = _("The version that was asked for is not the present one.")

    def __init__(self, etag: str) -> None:
        super().__init__(self.message)
        self.etag = etag

    def as_payload(self) -> dict[str, Any]:
        """Tell the present version."""
        return {"etag": self.etag}


class TooManyRequests(DomainError):
    """A caller whose budget of requests is spent for the moment."""

    status_code = HTTPStatus.TOO_MANY_REQUESTS
    code = "too_many_requests"
    message = _("Too many requests. Try again later.")

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(self.message)
        self.headers = {"Retry-After": str(wait_seconds)}


class InvalidQuery(DomainError):
    """Query parameters that are unknown or unreadable; `errors` maps each to its (code, detail)s."""

    code = "invalid_query"
    message = _("The query has parameters that are unknown or cannot be read.")

    def __init__(self, errors: dict[str, list[tuple[str, str]]]) -> None:
        super().__init__(self.message)
        self.errors = errors

    def as_payload(self) -> dict[str, Any]:
        """Name every parameter at fault."""
        return {
            "errors": [
                {"code": code, "detail": str(detail), "parameter": parameter}
                for parameter, faults in self.errors.items()
                for code, detail in faults
            ]
        }
