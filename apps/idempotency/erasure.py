"""Erasure of the kept answers to a user."""

from apps.idempotency.models import KeyedAnswer
from apps.users.erasure import erases
from apps.users.models import User


@erases
def forget_answers_to(user: User) -> None:
    """Delete what the user was answered: it shows the name."""
    KeyedAnswer.objects.filter(user=user).delete()
