"""Why an account cannot be used."""

from http import HTTPStatus

from django.utils.translation import gettext_lazy as _

from apps.common.exceptions import DomainError


class InvalidCredentials(DomainError):
    """Unknown user, wrong password or inactive account: the caller is not told which."""

    status_code = HTTPStatus.UNAUTHORIZED
    code = "invalid_credentials"
    message = _("No active account has this username and password.")


class TooManyAttempts(DomainError):
    """Too many failed logins: this one is not even tried."""

    status_code = HTTPStatus.TOO_MANY_REQUESTS
    code = "too_many_attempts"
    message = _("Too many attempts to log in have failed. Try again later.")

    def __init__(self, wait_seconds: int) -> None:
        super().__init__(self.message)
        self.headers = {"Retry-After": str(wait_seconds)}


class InvalidToken(DomainError):
    """A refresh token that gives nothing."""

    status_code = HTTPStatus.UNAUTHORIZED
    code = "token_invalid"
    message = _("The token is not valid.")
