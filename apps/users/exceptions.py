"""Errors of accounts, sessions and tokens."""

from http import HTTPStatus
from typing import Self

from django.utils.translation import gettext_lazy as _

from apps.core.exceptions import DomainError, TokenRefused, Where, register_fault_codes

register_fault_codes(
    "email_taken",
    "email_unchanged",
    "password_entirely_numeric",
    "password_too_common",
    "password_too_short",
    "password_too_similar",
    "username_is_address",
    "username_mixes_alphabets",
    "username_reserved",
    "username_taken",
    "wrong_password",
)


class InvalidCredentials(DomainError):
    """Unknown user, wrong password or inactive account: the caller is not told which."""

    status_code = HTTPStatus.UNAUTHORIZED
    code = "invalid_credentials"
    message = _("Wrong username or password.")
    advice = _("Ask the user for their username (or e-mail address) and password again.")


class TooManyAttempts(DomainError):
    """Too many failed logins: this one is not even tried."""

    status_code = HTTPStatus.TOO_MANY_REQUESTS
    code = "too_many_attempts"
    message = _("Too many failed login attempts. Try again later.")
    advice = _("Wait the number of seconds in `Retry-After`. Until then even the right password is refused.")

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(self.message)
        self.headers = {"Retry-After": str(wait_seconds)}

    @classmethod
    def example(cls) -> Self:
        """Return a refusal for a few seconds."""
        return cls(4)


class TokenExpired(TokenRefused):
    """A token of ours whose time is over: a refresh gives the next access token."""

    code = "token_expired"
    message = _("The token has expired.")
    advice = _("Refresh the tokens and retry the request. If the refresh token has expired, log in again.")
    where = Where.TOKEN
    description = "The token has expired"


class SessionRevoked(TokenRefused):
    """A token of ours whose session is over, or whose user is gone or inactive: only a login helps."""

    code = "session_revoked"
    message = _("The session has ended. Log in again.")
    advice = _("Log in again. Refreshing the tokens will not help.")
    where = Where.TOKEN
    description = "The session has ended"


class AccountErased(SessionRevoked):
    """An account that was erased or deleted since it was read: what it was called is not written back."""

    message = _("The account has been erased. Nothing was saved.")
    advice = ""  # type: ignore[assignment]  # the code's is that of a session that is over


class InvalidEmailToken(DomainError):
    """A token of an e-mail that is not one of ours, was used, is too old, or was overtaken by another one."""

    code = "mailed_token_invalid"
    message = _("The code is invalid or has expired. Request a new one.")
    advice = _("Have the user request another e-mail and use the token from the latest one.")


class EmailUnverified(DomainError):
    """A customer whose e-mail address is not confirmed, where the store asks for that."""

    status_code = HTTPStatus.FORBIDDEN
    code = "email_unverified"
    message = _("Confirm your e-mail address first.")
    advice = _("Ask the user for the token from the confirmation e-mail, or send a new e-mail.")


class StaffAccount(DomainError):
    """An account of staff, which its owner cannot close."""

    status_code = HTTPStatus.FORBIDDEN
    code = "staff_account"
    message = _("Staff accounts can only be closed by other staff.")
    advice = _("Ask another member of staff to close it.")
