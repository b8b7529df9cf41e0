"""Access and refresh tokens, signed by the present key and accepted from the previous one too.

Both name their session, and a refresh token its generation too. It is not stored: all of it follows from the
session's row, so whoever asks for it twice gets the same text.
"""

import hashlib
import hmac
import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import (
    ExpiredTokenError,
    TokenBackendError,
    TokenBackendExpiredToken,
    TokenError,
)
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from apps.common.exceptions import InvalidToken
from apps.users.exceptions import SessionRevoked, TokenExpired
from apps.users.models import Session, User

SESSION_CLAIM, GENERATION_CLAIM = "sid", "gen"
ODD_CLAIMS = (ValueError, OverflowError)  # what is raised for moments and ids that are none


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
        except TokenBackendExpiredToken:  # its signature is right
            raise
        except TokenBackendError:
            if self._previous is None:
                raise
            return self._previous.decode(token, verify=verify)


class _StoreToken(Token):
    session_id: uuid.UUID
    user_id: int

    def __init__(self, token: Any = None, verify: bool = True) -> None:
        try:
            super().__init__(token, verify)
        except ExpiredTokenError as error:
            raise TokenExpired from error
        except (TokenError, *ODD_CLAIMS) as error:
            raise InvalidToken from error

    def get_token_backend(self) -> TokenBackend:
        return ChangingKeyBackend()

    def verify(self) -> None:
        super().verify()
        user_id, session_id = str(self.get(api_settings.USER_ID_CLAIM, "")), self.get(SESSION_CLAIM)
        if not (user_id.isascii() and user_id.isdigit() and len(user_id) < 19):
            raise TokenError("Token has no user")  # else the query for it would fail
        if not isinstance(session_id, str):
            raise TokenError("Token has no session")
        self.user_id, self.session_id = int(user_id), uuid.UUID(session_id)


class StoreAccessToken(_StoreToken, AccessToken):
    """What the API's calls carry, for ten minutes."""

    user: User

    def verify(self) -> None:
        """Check the claims, and that the session lives.

        Raises TokenError, and SessionRevoked.
        """
        super().verify()
        user = User.objects.of_session(self.session_id, user_id=self.user_id)
        if user is None:
            raise SessionRevoked
        self.user = user


class StoreRefreshToken(_StoreToken, RefreshToken):
    """What a new pair is given for."""

    access_token_class = StoreAccessToken
    no_copy_claims = (*RefreshToken.no_copy_claims, GENERATION_CLAIM)
    generation: int

    def verify(self) -> None:
        """Check the claims. Raises TokenError."""
        super().verify()
        generation = self.get(GENERATION_CLAIM)
        if type(generation) is not int:
            raise TokenError("Token has no generation")
        self.generation = generation

    @classmethod
    def of(cls, session: Session) -> "StoreRefreshToken":
        """Return the session's present refresh token, the same one each time."""
        token = cls()
        token.set_exp(from_time=session.expires_at, lifetime=timedelta(0))
        token.set_iat(at_time=session.rotated_at)
        token[api_settings.JTI_CLAIM] = _jti(session)
        token[api_settings.USER_ID_CLAIM] = str(session.user_id)
        token[SESSION_CLAIM] = str(session.pk)
        token[GENERATION_CLAIM] = session.generation
        return token


def pair_of(session: Session) -> dict[str, str]:
    """Return the session's present refresh token, and a new access token."""
    refresh = StoreRefreshToken.of(session)
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def pair_for(user: User, *, device: str = "", ip: str | None = None) -> dict[str, str]:
    """Open a session of the user and return its first pair of tokens."""
    return pair_of(Session.objects.open(user, device=device, ip=ip))


def _jti(session: Session) -> str:
    text = f"{session.pk}:{session.generation}"
    return hmac.new(settings.JWT_SIGNING_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]
