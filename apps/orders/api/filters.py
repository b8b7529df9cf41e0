"""Filters of the lists of orders."""

from typing import Any

import django_filters

from apps.core.api.filters import (
    AnyOfFilter,
    BooleanFilter,
    IdFilter,
    MoneyFilter,
    SearchFilter,
    SinceFilter,
    StableOrderingFilter,
    UntilFilter,
)
from apps.orders.models import OrderQuerySet
from apps.orders.statuses import OrderStatus, PaymentStatus, ShipmentStatus
from apps.promotions.models import code_as_kept

MAX_CODE = 40  # characters of the code of a method or a promotion

# How long before the last round of an app that syncs the next one begins. A change has its `updated_at` while
# nobody can see it: its transaction still takes what the database's time-outs allow. And clocks differ.
SYNC_OVERLAP_MINUTES = 5


class ShipmentStatusFilter(AnyOfFilter):
    """Where the parcels are, as orders show it."""

    def filter(self, qs: Any, value: list[str]) -> Any:
        """Return the orders with one of the statuses."""
        return qs.with_shipment_status(value) if value else qs


class OrderFilter(django_filters.FilterSet):
    """Filters of a customer's own orders."""

    status = AnyOfFilter(
        choices=OrderStatus.choices,
        help_text="Status of the order; repeat the parameter to match any of several",
    )
    payment_status = AnyOfFilter(
        choices=PaymentStatus.choices,
        help_text="Where the money stands; repeat the parameter to match any of several",
    )
    shipment_status = ShipmentStatusFilter(
        choices=ShipmentStatus.choices,
        help_text="Where the parcels are; repeat the parameter to match any of several",
    )
    created_after = SinceFilter(field_name="created_at", help_text="Placed at or after this time")
    created_before = UntilFilter(field_name="created_at", help_text="Placed at or before this time")
    updated_since = SinceFilter(
        field_name="updated_at",
        help_text="Changed at or after this time. To synchronize, request `ordering=updated_at&cursor=` and "
        f"follow `next` to the end. Start the next round {SYNC_OVERLAP_MINUTES} minutes before the `Date` of "
        "this round's first response: a change becomes visible when its transaction commits, slightly after "
        "its `updated_at`",
    )
    ordering = StableOrderingFilter(fields=["created_at", "updated_at", "total_price", "status"])


class StaffOrderFilter(OrderFilter):
    """Filters of all orders."""

    user = IdFilter(field_name="user_id", help_text="Id of the customer")
    total_min = MoneyFilter(field_name="total_price", lookup_expr="gte", help_text="Minimum total")
    total_max = MoneyFilter(field_name="total_price", lookup_expr="lte", help_text="Maximum total")
    delivery_method = SearchFilter(max_length=MAX_CODE, help_text="Code of the delivery method")
    payment_method = SearchFilter(max_length=MAX_CODE, help_text="Code of the payment method")
    coupon = SearchFilter(
        method="with_coupon",
        max_length=MAX_CODE,
        help_text="Code of a discount of the order, in upper or lower case",
    )
    needs_look = BooleanFilter(method="needing_look", help_text="Whether somebody should look at the order")
    search = SearchFilter(
        method="matching",
        help_text="Id of the order, or part of a username, e-mail address, SKU, recipient's name or phone "
        "number; the number in any form, at least four digits of it",
    )

    def with_coupon(self, queryset: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        """Return the orders with the code."""
        return queryset.with_coupon(code_as_kept(value))

    def needing_look(self, queryset: OrderQuerySet, name: str, value: bool) -> OrderQuerySet:
        """Return the orders that somebody should look at, or the others."""
        return queryset.needing_look() if value else queryset.filter(needs_look="")

    def matching(self, queryset: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        """Return the orders that have the text."""
        return queryset.matching(value)
