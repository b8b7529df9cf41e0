"""The tokens that an e-mail to a user would bring."""

from apps.users.email_tokens import RESET, VERIFICATION
from apps.users.models import User


def reset_token(user: User) -> str:
    """Return the token that sets a new password."""
    return RESET.issue(user.email, user)


def address_token(user: User, email: str) -> str:
    """Return the token that confirms this address."""
    return VERIFICATION.issue(email, user)
