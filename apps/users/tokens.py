"""Access and refresh tokens, signed by the present key and accepted from the previous one too.

Both name their session, and a refresh token its generation too. It is not stored: all of it follows from the
session's row, so whoever asks for it twice gets the same text.
"""

import hashlib
import hmac
import uuid
from datetime import datetime, timedelta
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
from rest_framework_simplejwt.utils import datetime_from_epoch

from apps.core.exceptions import InvalidToken
from apps.users.exceptions import SessionRevoked, TokenExpired
from apps.users.models import Session, User

SESSION_CLAIM, GENERATION_CLAIM = "sid", "gen"
ODD_CLAIMS = (ValueError, OverflowError)  # what is raised for moments and ids that are none


class ChangingKeyBackend(TokenBackend):
    """Sign with `JWT_SIGNING_KEY`; read what `JWT_PREVIOUS_SIGNING_KEY` signed as well."""

    def __init__(self) -> None:
        algorithm, leeway = api_settings.ALGORITHM, api_settings.LEEWAY
        super().__init__(algorithm, signing_key=settings.JWT_SIGNING_KEY, leeway=leeway)
        previous = settings.JWT_PREVIOUS_SIGNING_KEY
        self._previous = TokenBackend(algorithm, signing_key=previous, leeway=leeway) if previous else None

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

    def check_exp(self, claim: str = "exp", current_time: datetime | None = None) -> None:
        # The leeway is for tokens that seem to come from the future. One that has expired a little too early
        # for another clock is refreshed; and the session's own end is looked up without a leeway, too.
        if claim not in self.payload:
            raise TokenError("Token has no such claim")
        if datetime_from_epoch(self.payload[claim]) <= (current_time or self.current_time):
            raise TokenExpired

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
