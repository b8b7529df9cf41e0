"""Permissions of the payments' API: whose orders a caller may pay for, and what staff may do."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404

from apps.core.api.permissions import StaffOnly
from apps.core.exceptions import Forbidden
from apps.orders.api.permissions import Access, access_of
from apps.orders.models import Order

VIEW_ORDER, ADD_PAYMENT = "orders.view_order", "payments.add_payment"


class RefundsPayments(StaffOnly):
    """Staff who may view payments for reading, who may refund them for an action."""

    perms_map = {**StaffOnly.perms_map, "GET": ["payments.view_payment"]}
    perms_map["HEAD"] = perms_map["GET"]


def order_for(user: Any, order_id: int, *, permission: str = VIEW_ORDER) -> Order:
    """Return the order: the caller's own, or anybody's for staff with the permission.

    Raises Http404 for an order that the caller may not see, and Forbidden for staff without the permission.
    """
    order = get_object_or_404(Order, pk=order_id)
    if order.user_id == user.pk or _has(user, permission):
        return order
    if access_of(user) is Access.CUSTOMER:
        raise Http404
    raise Forbidden


def is_shown_all(user: Any) -> bool:
    """Tell whether the caller sees of a payment what staff do."""
    return access_of(user) is not Access.CUSTOMER or _has(user, ADD_PAYMENT)


def _has(user: Any, permission: str) -> bool:
    if permission == VIEW_ORDER:
        return access_of(user) is not Access.CUSTOMER
    return bool(user.is_staff and user.has_perm(permission))
