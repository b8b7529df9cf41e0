"""Filters of the lists of orders."""

import django_filters

from apps.core.api.filters import (
    AnyOfFilter,
    IdFilter,
    MoneyFilter,
    SearchFilter,
    SinceFilter,
    StableOrderingFilter,
    UntilFilter,
)
from apps.orders.models import OrderQuerySet
from apps.orders.statuses import OrderStatus

# How long before the last round of an app that syncs the next one begins. A change has its `updated_at` while
# nobody can see it: its transaction still takes what the database's time-outs allow. And clocks differ.
SYNC_OVERLAP_MINUTES = 5


class OrderFilter(django_filters.FilterSet):
    """Filters of a customer's own orders."""

    status = AnyOfFilter(
        choices=OrderStatus.choices,
        help_text="Status of the order; repeat the parameter to match any of several",
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
    search = SearchFilter(
        method="matching", help_text="Id of the order, or part of a username, e-mail address or SKU"
    )

    def matching(self, queryset: OrderQuerySet, name: str, value: str) -> OrderQuerySet:
        """Return the orders that have the text."""
        return queryset.matching(value)
