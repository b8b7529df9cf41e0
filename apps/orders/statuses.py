"""Statuses of an order, and the transitions that staff and customers may make. Pure tables, no I/O."""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderStatus(models.TextChoices):
    """Where an order stands."""

    PENDING = "pending", _("pending")
    PROCESSING = "processing", _("processing")
    SHIPPED = "shipped", _("shipped")
    DELIVERED = "delivered", _("delivered")
    CANCELLED = "cancelled", _("cancelled")


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


def can_transition(from_status: str, to_status: str) -> bool:
    """Tell whether the table has this transition."""
    return to_status in TRANSITIONS[OrderStatus(from_status)]


def allowed_transitions(from_status: str, transitions: Transitions) -> tuple[OrderStatus, ...]:
    """Return the statuses that an order can be moved to by somebody who may make these transitions."""
    return transitions.get(OrderStatus(from_status), ())
