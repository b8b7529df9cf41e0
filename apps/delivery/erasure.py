"""Erasure of what delivery keeps of a user."""

from apps.delivery.models import SavedAddress
from apps.users.erasure import erases
from apps.users.models import User


@erases
def erase_address_book(user: User) -> None:
    """Delete the user's saved addresses."""
    SavedAddress.objects.filter(user=user).delete()
