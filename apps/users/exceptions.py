"""Why an account cannot be used."""

from http import HTTPStatus
from typing import Self

from django.utils.translation import gettext_lazy as _

from apps.common.exceptions import DomainError, TokenRefused, Where


class InvalidCredentials(DomainError):
    """Unknown user, wrong password or inactive account: the caller is not told which."""

    status_code = HTTPStatus.UNAUTHORIZED
    code = "invalid_credentials"
    message = _("No active account has this username and password.")
    advice = _("Ask for the username, or e-mail address, and the password again.")


class TooManyAttempts(DomainError):
    """Too many failed logins: this one is not even tried."""

    status_code = HTTPStatus.TOO_MANY_REQUESTS
    code = "too_many_attempts"
    message = _("Too many attempts to log in have failed. Try again later.")
    advice = _("Wait for the seconds of `Retry-After`. Until then not even the right password is tried.")

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
    message = _("The token is expired.")
    advice = _("Refresh the tokens, and send the request again. When it is the refresh token, log in again.")
    where = Where.TOKEN
    description = "The token is expired"


class SessionRevoked(TokenRefused):
    """A token of ours whose session is over, or whose user is gone or inactive: only a login helps."""

    code = "session_revoked"
    message = _("The session is over. Log in again.")
    advice = _("Log in again. Refreshing does not help.")
    where = Where.TOKEN
    description = "The session is over"


class AccountErased(SessionRevoked):
    """An account that was erased or deleted since it was read: what it was called is not written back."""

    message = _("The account has been erased. Nothing was saved.")
    advice = ""  # type: ignore[assignment]  # the code's is that of a session that is over


class InvalidMailedToken(DomainError):
    """A token of an e-mail that is not one of ours, was used, is too old, or was overtaken by another one."""

    code = "mailed_token_invalid"
    message = _("The token is not valid, or not any more. Ask for another one.")
    advice = _("Let the user ask for another e-mail, and use the token of the newest one.")


class EmailUnverified(DomainError):
    """A customer whose e-mail address is not confirmed, where the store asks for that."""

    status_code = HTTPStatus.FORBIDDEN
    code = "email_unverified"
    message = _("Confirm your e-mail address first.")
    advice = _("Ask the user for the token of the confirmation e-mail, or have another one sent.")


class StaffAccount(DomainError):
    """An account of staff, which its owner cannot close."""

    status_code = HTTPStatus.FORBIDDEN
    code = "staff_account"
    message = _("The account of a member of staff is closed by other staff.")
    advice = _("Ask another member of staff.")
