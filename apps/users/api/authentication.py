"""Bearer authentication of the API, by an access token."""

from typing import cast
from uuid import UUID

from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication

from apps.core.exceptions import InvalidToken
from apps.users.models import User
from apps.users.tokens import StoreAccessToken


def session_of(request: Request) -> UUID:
    """Return the id of the session that the request's access token belongs to."""
    return cast(StoreAccessToken, request.auth).session_id


class BearerAuthentication(JWTAuthentication):
    """SimpleJWT's, with the user whom the token has found by its session: one query for both."""

    def get_raw_token(self, header: bytes) -> bytes | None:
        """Return the token; None when there is none, or the header is of another scheme.

        A scheme has no case (RFC 9110, 11.1). Raises InvalidToken for anything but one token after it.
        """
        scheme, *credentials = header.split() or [b""]
        if scheme.lower() != b"bearer":
            return None
        if len(credentials) != 1:
            raise InvalidToken
        return credentials[0]

    def get_user(self, validated_token: StoreAccessToken) -> User:
        """Return the token's user, who is active."""
        return validated_token.user


class BearerScheme(SimpleJWTScheme):
    """The same for the schema."""

    target_class = "apps.users.api.authentication.BearerAuthentication"
