"""What payments do when an order changes."""

from apps.orders.models import Order
from apps.orders.transition_registry import on_transition
from apps.payments import services


@on_transition
def settle_receipts(order: Order, from_status: str) -> None:
    """Have prepaid goods receipted as handed over, as soon as they are shipped."""
    services.settle_receipts(order)
