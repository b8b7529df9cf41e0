"""What the lists of orders can be asked for."""

import django_filters
from django.db.models import QuerySet

from apps.common.filters import IdFilter, MomentFilter, MoneyFilter, SearchFilter, StableOrderingFilter
from apps.orders.models import Order
from apps.orders.statuses import OrderStatus


class OrderFilter(django_filters.FilterSet):
    """Filters of a customer's own orders."""

    status = django_filters.ChoiceFilter(choices=OrderStatus.choices, help_text="Where the order stands")
    created_after = MomentFilter(field_name="created_at", lookup_expr="gte", help_text="Placed then or later")
    created_before = MomentFilter(
        field_name="created_at", lookup_expr="lte", help_text="Placed then or earlier"
    )
    updated_since = MomentFilter(
        field_name="updated_at",
        lookup_expr="gte",
        help_text="Changed at this moment or later. Apps that sync ask from five minutes before the newest "
        "updated_at they know: a change shows when its transaction ends, a little after that moment",
    )
    ordering = StableOrderingFilter(fields=["created_at", "total_price", "status"])


class StaffOrderFilter(OrderFilter):
    """Filters of all orders."""

    user = IdFilter(field_name="user_id", help_text="Id of the customer")
    total_min = MoneyFilter(field_name="total_price", lookup_expr="gte", help_text="The least total")
    total_max = MoneyFilter(field_name="total_price", lookup_expr="lte", help_text="The largest total")
    search = SearchFilter(method="matching", help_text="Id of the order; or part of username, e-mail or sku")

    def matching(self, queryset: QuerySet[Order], name: str, value: str) -> QuerySet[Order]:
        """Return the orders that have the text."""
        return queryset.matching(value)
