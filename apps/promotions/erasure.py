"""Erasure in promotions: of a customer's e-mail address not even the digest stays."""

from apps.promotions.models import Redemption
from apps.users.erasure import erases
from apps.users.models import User


@erases
def forget_email_hashes(user: User) -> None:
    """Empty the digests of the user's address; the uses themselves stay, for the limits."""
    Redemption.objects.filter(user=user).exclude(email_hash="").update(email_hash="")
