"""Erasure of the stored responses to a user."""

from apps.idempotency.models import StoredResponse
from apps.users.erasure import erases
from apps.users.models import User


@erases
def delete_responses_to(user: User) -> None:
    """Delete the responses to the user: they show the name."""
    StoredResponse.objects.filter(user=user).delete()
