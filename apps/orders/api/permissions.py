"""Permissions of the orders' API, and the transitions that a user may make."""

from enum import Enum
from typing import Any

from apps.orders.models import Order
from apps.orders.statuses import CUSTOMER_TRANSITIONS, TRANSITIONS, Transitions


class Role(Enum):
    """In which capacity a caller looks at an order."""

    CUSTOMER = "customer"  # their own orders
    VIEWER = "viewer"  # staff who may view orders
    MANAGER = "manager"  # staff who may change them as well


def role_of(user: Any) -> Role:
    """Return the role that the user's permissions give."""
    if user.is_staff and user.has_perm("orders.change_order"):
        return Role.MANAGER
    if user.is_staff and user.has_perm("orders.view_order"):
        return Role.VIEWER
    return Role.CUSTOMER


def transitions_of(user: Any, order: Order) -> Transitions:
    """Return the transitions the user may make: all as a manager, a customer's with an own order."""
    if role_of(user) is Role.MANAGER:
        return TRANSITIONS
    return CUSTOMER_TRANSITIONS if order.user_id == user.pk else {}
