"""Tokens that are sent by e-mail, and prove that whoever has them reads that mailbox. None is stored.

Each is signed together with what it depends on, so that it is worth nothing as soon as that has changed: the
password and the account's stamp, which are others after each event that ends credentials.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing

from apps.users.exceptions import InvalidEmailToken
from apps.users.models import User

VERIFICATION_DAYS = 3
MAX_TOKEN_LENGTH = 1000  # characters; far more than one has


@dataclass(frozen=True)
class EmailToken:
    """A kind of token that is sent by e-mail, by its purpose. No other module makes such tokens."""

    purpose: str
    lifetime: Callable[[], timedelta]

    def issue(self, email: str, user: User) -> str:
        """Return a token of the user for this address."""
        return self._signer(email, user).sign(str(user.pk))

    def is_valid(self, token: str, email: str, user: User) -> bool:
        """Tell whether the token was issued for this address, with nothing happening to the account since."""
        try:
            self._signer(email, user).unsign(token, max_age=self.lifetime())
        except signing.BadSignature:
            return False
        return True

    def _signer(self, email: str, user: User) -> signing.TimestampSigner:
        # In the salt, so that the token need not carry it.
        depends_on = f"{user.password}:{user.mail_stamp}:{email}"
        return signing.TimestampSigner(salt=f"{__name__}.{self.purpose}:{depends_on}")


RESET = EmailToken("reset", lambda: timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT))
VERIFICATION = EmailToken("verification", lambda: timedelta(days=VERIFICATION_DAYS))


def owner_of_reset_token(token: str) -> User:
    """Return the user, locked, for whom the token sets a new password.

    Raises InvalidEmailToken. A transaction is needed.
    """
    user = _locked_user(token)
    if not RESET.is_valid(token, user.email, user):
        raise InvalidEmailToken
    return user


def owner_of_verification_token(token: str) -> tuple[User, str]:
    """Return the user, locked, and the address that the token confirms: the new one, or the present one.

    Raises InvalidEmailToken. A transaction is needed.
    """
    user = _locked_user(token)
    for email in filter(None, (user.new_email, user.email)):
        if VERIFICATION.is_valid(token, email, user):
            return user, email
    raise InvalidEmailToken


def _locked_user(token: str) -> User:
    user_id = token.partition(":")[0]
    if not (user_id.isascii() and user_id.isdigit() and len(user_id) < 19):
        raise InvalidEmailToken
    user = User.objects.locked().filter(pk=user_id, is_active=True).first()
    if user is None:
        raise InvalidEmailToken
    return user
