"""Payments and refunds that people make by hand, for tests of all calls."""

from decimal import Decimal

from apps.orders.tests.factories import make_order
from apps.payments.models import Payment, Refund
from apps.payments.services import record_payment, refund_order, start_payment
from apps.users.models import User


def payment_of(owner: User) -> Payment:
    """Begin a payment of an order."""
    order = make_order(owner)
    return start_payment(order_id=order.pk, method="manual", return_url="", by=owner).payment


def refund_of(owner: User) -> Refund:
    """Refund a part of an order, which waits to be confirmed."""
    about = {"order_id": payment_of(owner).order_id, "note": "", "by": owner}
    record_payment(**about, method="manual", amount=Decimal("2.00"), received_at=None)
    (refund,) = refund_order(**about, reason="goodwill", amount=Decimal("1.00"))
    return refund
