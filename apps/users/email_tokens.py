"""Tokens that are sent by e-mail, and prove that whoever has them reads that mailbox. None is stored.

Each is signed together with what it depends on, so that it is worth nothing as soon as that has changed: the
password and the account's stamp, which are others after each event that ends credentials.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing

from apps.users.credentials import ANY_EVENT, Ending, ends
from apps.users.exceptions import InvalidMailedToken
from apps.users.models import User

ADDRESS_TOKEN_DAYS = 3
MAX_TOKEN_LENGTH = 1000  # characters; far more than one has


@dataclass(frozen=True)
class MailedToken:
    """A purpose for which tokens are mailed. This is the one place where such a token is made."""

    purpose: str
    lifetime: Callable[[], timedelta]

    def sent_to(self, email: str, user: User) -> str:
        """Return a token for the user, to be sent to this address."""
        return self._signer(email, user).sign(str(user.pk))

    def proves(self, token: str, email: str, user: User) -> bool:
        """Tell whether the token was sent to this address, and nothing has happened to the account since."""
        try:
            self._signer(email, user).unsign(token, max_age=self.lifetime())
        except signing.BadSignature:
            return False
        return True

    def _signer(self, email: str, user: User) -> signing.TimestampSigner:
        # In the salt, so that the token need not carry it.
        depends_on = f"{user.password}:{user.mail_stamp}:{email}"
        return signing.TimestampSigner(salt=f"{__name__}.{self.purpose}:{depends_on}")


RESET = MailedToken("reset", lambda: timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT))
ADDRESS = MailedToken("address", lambda: timedelta(days=ADDRESS_TOKEN_DAYS))


def user_of_reset_token(token: str) -> User:
    """Return the user, locked, for whom the token sets a new password.

    Raises InvalidMailedToken. A transaction is needed.
    """
    user = _named_by(token)
    if not RESET.proves(token, user.email, user):
        raise InvalidMailedToken
    return user


def owner_of_address_token(token: str) -> tuple[User, str]:
    """Return the user, locked, and the address that the token confirms: the new one, or the present one.

    Raises InvalidMailedToken. A transaction is needed.
    """
    user = _named_by(token)
    for email in filter(None, (user.new_email, user.email)):
        if ADDRESS.proves(token, email, user):
            return user, email
    raise InvalidMailedToken


@ends("mailed_token", on=ANY_EVENT)
def end_mailed_tokens(user: User, ending: Ending) -> None:
    """Let the tokens that were mailed be worth nothing."""
    user.mail_stamp = uuid.uuid4()


def _named_by(token: str) -> User:
    user_id = token.partition(":")[0]
    if not (user_id.isascii() and user_id.isdigit() and len(user_id) < 19):
        raise InvalidMailedToken
    user = User.objects.locked().filter(pk=user_id, is_active=True).first()
    if user is None:
        raise InvalidMailedToken
    return user
