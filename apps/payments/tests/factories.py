"""Payable orders and payments for tests, where what leads to them is of no interest."""

from decimal import Decimal
from typing import Any

from apps.catalog.tests.factories import make_product
from apps.orders.models import Order
from apps.orders.tests.checkout_shop import make_payment_method
from apps.orders.tests.factories import make_order
from apps.payments.models import Payment
from apps.payments.services import record_payment
from apps.users.models import User


def make_payable(customer: User, *, price: str = "300.00", language: str = "en") -> Order:
    """Place an order of one piece, in a shop that takes transfers."""
    make_payment_method("transfer", name_en="Bank transfer", moves_to_processing=True)
    return make_order(customer, {make_product(price=price): 1}, language=language)


def receive(order: Order, amount: str, *, by: User) -> Payment:
    """Record a transfer for the order."""
    return record_payment(
        order_id=order.pk, method="transfer", amount=Decimal(amount), received_at=None, note="", by=by
    )


def make_payment(order: Order, **values: Any) -> Payment:
    """Store a payment of the whole order, by a provider that nobody asks."""
    values = {
        "method": "card",
        "method_name": "By card",
        "terms": "prepaid",
        "provider": "emulator",
        "amount": order.total_price,
        "currency": order.currency,
        "status": "pending",
        **values,
    }
    return Payment.objects.create(order=order, **values)
