"""The tokens that an e-mail to a user would bring."""

from apps.users.email_tokens import ADDRESS, RESET
from apps.users.models import User


def reset_token(user: User) -> str:
    """Return the token that sets a new password."""
    return RESET.sent_to(user.email, user)


def address_token(user: User, email: str) -> str:
    """Return the token that confirms this address."""
    return ADDRESS.sent_to(email, user)
