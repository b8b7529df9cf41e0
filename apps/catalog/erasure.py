"""Erasure in the catalogue: staff may have named the user in a reason."""

from apps.catalog.models import REASONED, StockMovement
from apps.users.erasure import erases, redact_email
from apps.users.models import User


@erases
def strike_address_out_of_reasons(user: User) -> None:
    """Strike the user's address out of the reasons in the ledger of stock."""
    redact_email(user, StockMovement.objects.filter(kind__in=REASONED), field="reason")
