"""Access and refresh tokens, signed by the present key and accepted from the previous one too."""

from typing import Any

from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from apps.users.models import User


class ChangingKeyBackend(TokenBackend):
    """Sign with `JWT_SIGNING_KEY`; read what `JWT_PREVIOUS_SIGNING_KEY` signed as well."""

    def __init__(self) -> None:
        super().__init__(api_settings.ALGORITHM, signing_key=settings.JWT_SIGNING_KEY)
        previous = settings.JWT_PREVIOUS_SIGNING_KEY
        self._previous = TokenBackend(api_settings.ALGORITHM, signing_key=previous) if previous else None

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:
        """Return the claims.

        Raises TokenBackendError for a token that neither key signed, or that is expired.
        """
        try:
            return super().decode(token, verify=verify)
        except TokenBackendError:
            if self._previous is None:
                raise
            return self._previous.decode(token, verify=verify)


class _StoreToken(Token):
    def get_token_backend(self) -> TokenBackend:
        return ChangingKeyBackend()

    def verify(self) -> None:
        super().verify()
        user_id = str(self.get(api_settings.USER_ID_CLAIM, ""))
        if not (
            user_id.isascii() and user_id.isdigit() and len(user_id) < 19
        ):  # else the query for it would fail
            raise TokenError("Token has no user")


class StoreAccessToken(_StoreToken, AccessToken):
    """What the API's calls carry, for ten minutes."""


class StoreRefreshToken(_StoreToken, RefreshToken):
    """What a new pair is given for."""

    access_token_class = StoreAccessToken


def pair_for(user: User) -> dict[str, str]:
    """Return a new pair of tokens for the user."""
    refresh = StoreRefreshToken.for_user(user)
    return {"access": str(refresh.access_token), "refresh": str(refresh)}
