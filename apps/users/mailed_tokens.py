"""Tokens that are sent by e-mail, and prove that whoever has them reads that mailbox. None is stored."""

from datetime import timedelta

from django.contrib.auth.tokens import default_token_generator
from django.core import signing

from apps.users.exceptions import InvalidMailedToken
from apps.users.models import User

ADDRESS_TOKEN_DAYS = 3
_ADDRESS_SALT = "apps.users.address"


def reset_token(user: User) -> str:
    """Return a token that sets a new password, once: it is bound to the present one (and to the address)."""
    return f"{user.pk}-{default_token_generator.make_token(user)}"


def user_of_reset_token(token: str) -> User:
    """Return the user, locked, for whom the token sets a new password.

    Raises InvalidMailedToken. A transaction is needed.
    """
    user_id, _dash, secret = token.partition("-")
    if not (user_id.isascii() and user_id.isdigit() and len(user_id) < 19):
        raise InvalidMailedToken
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id, is_active=True).first()
    if user is None or not default_token_generator.check_token(user, secret):
        raise InvalidMailedToken
    return user


def address_token(user: User, email: str) -> str:
    """Return a token that confirms that the user reads the mail of this address."""
    return signing.dumps([user.pk, email], salt=_ADDRESS_SALT)


def owner_of_address_token(token: str) -> tuple[User, str]:
    """Return the user, locked, and the address that the token confirms.

    Raises InvalidMailedToken. A transaction is needed.
    """
    try:
        user_id, email = signing.loads(token, salt=_ADDRESS_SALT, max_age=timedelta(days=ADDRESS_TOKEN_DAYS))
    except signing.BadSignature as error:
        raise InvalidMailedToken from error
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id, is_active=True).first()
    if user is None:
        raise InvalidMailedToken
    return user, email
