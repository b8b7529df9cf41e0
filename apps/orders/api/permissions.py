"""Permissions of the orders' API, and the transitions that a user may make."""

from enum import Enum
from typing import Any

from apps.orders.models import Order
from apps.orders.statuses import CUSTOMER_TRANSITIONS, TRANSITIONS, Transitions


class Access(Enum):
    """What a caller may see and do with orders."""

    CUSTOMER = "customer"  # their own orders
    VIEWER = "viewer"  # staff who may view orders
    MANAGER = "manager"  # staff who may change them as well


def access_of(user: Any) -> Access:
    """Return the access that the user's permissions give."""
    if user.is_staff and user.has_perm("orders.change_order"):
        return Access.MANAGER
    if user.is_staff and user.has_perm("orders.view_order"):
        return Access.VIEWER
    return Access.CUSTOMER


def transitions_of(user: Any, order: Order) -> Transitions:
    """Return the transitions the user may make: all as a manager, a customer's with an own order."""
    if access_of(user) is Access.MANAGER:
        return TRANSITIONS
    return CUSTOMER_TRANSITIONS if order.user_id == user.pk else {}
