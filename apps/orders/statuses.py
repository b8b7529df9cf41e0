"""Statuses of an order, its payment and shipment, and who may make which transition. Pure tables, no I/O."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderStatus(models.TextChoices):
    """Where an order stands."""

    PENDING = "pending", _("pending")
    PROCESSING = "processing", _("processing")
    SHIPPED = "shipped", _("shipped")
    DELIVERED = "delivered", _("delivered")
    CANCELLED = "cancelled", _("cancelled")


class PaymentStatus(models.TextChoices):
    """Where the money of an order stands; it follows from the order's columns alone (`payment_status_of`)."""

    NOT_DUE = "not_due", _("nothing to pay")
    UNPAID = "unpaid", _("unpaid")
    PENDING = "pending", _("payment pending")
    PARTIALLY_PAID = "partially_paid", _("partially paid")
    PAID = "paid", _("paid")
    OVERPAID = "overpaid", _("overpaid")
    PARTIALLY_REFUNDED = "partially_refunded", _("partially refunded")
    REFUNDED = "refunded", _("refunded")


class ShipmentStatus(models.TextChoices):
    """Where the parcels of an order stand."""

    NOT_SHIPPED = "not_shipped", _("not shipped")
    PARTIALLY_SHIPPED = "partially_shipped", _("partially shipped")
    SHIPPED = "shipped", _("shipped")
    DELIVERED = "delivered", _("delivered")
    RETURNED = "returned", _("returned")


class MoneyOfOrder(Protocol):
    """The columns of an order that its payment status follows from."""

    paid_total: Decimal
    refunded_total: Decimal
    stray_refunded_total: Decimal
    open_payments: int

    @property
    def amount_due(self) -> Decimal:
        """Return what the order costs after all that was cancelled and given back."""


Transitions = Mapping[OrderStatus, tuple[OrderStatus, ...]]

TRANSITIONS: Transitions = {
    OrderStatus.PENDING: (OrderStatus.PROCESSING, OrderStatus.CANCELLED),
    OrderStatus.PROCESSING: (OrderStatus.SHIPPED, OrderStatus.CANCELLED),
    OrderStatus.SHIPPED: (OrderStatus.DELIVERED,),
    OrderStatus.DELIVERED: (),
    OrderStatus.CANCELLED: (),
}

# What customers may do themselves with an order of theirs.
CUSTOMER_TRANSITIONS: Transitions = {
    OrderStatus.PENDING: (OrderStatus.CANCELLED,),
}


CLOSED = tuple(status for status, following in TRANSITIONS.items() if not following)  # nothing comes after


def can_transition(from_status: str, to_status: str) -> bool:
    """Tell whether the table has this transition."""
    return to_status in TRANSITIONS[OrderStatus(from_status)]


def allowed_transitions(from_status: str, transitions: Transitions) -> tuple[OrderStatus, ...]:
    """Return the statuses that an order can be moved to by somebody who may make these transitions."""
    return transitions.get(OrderStatus(from_status), ())


def payment_status_of(order: "MoneyOfOrder") -> PaymentStatus:
    """Return where the money of an order stands, by its columns alone; the first that fits."""
    net, due = order.paid_total - order.refunded_total, order.amount_due
    if net == 0 and due == 0:
        return PaymentStatus.REFUNDED if order.paid_total > 0 else PaymentStatus.NOT_DUE
    if net == 0:
        return PaymentStatus.PENDING if order.open_payments > 0 else PaymentStatus.UNPAID
    if net != due:
        return PaymentStatus.OVERPAID if net > due else PaymentStatus.PARTIALLY_PAID
    is_refunded = order.refunded_total > order.stray_refunded_total
    return PaymentStatus.PARTIALLY_REFUNDED if is_refunded else PaymentStatus.PAID
