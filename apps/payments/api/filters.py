"""Filters of payments, refunds and payment methods."""

import django_filters

from apps.core.api.filters import AnyOfFilter, IdFilter, SearchFilter, SinceFilter, UntilFilter
from apps.payments.statuses import PaymentState, RefundState

MAX_CODE = 40  # characters of the code of a method
MAX_PROVIDER = 20  # characters


class PaymentMethodFilter(django_filters.FilterSet):
    """What the payment methods are for."""

    order = IdFilter(help_text="Id of an order, for the methods that it can be paid by")


class PaymentFilter(django_filters.FilterSet):
    """Filters of all payments."""

    order = IdFilter(field_name="order_id", help_text="Id of the order")
    status = AnyOfFilter(
        choices=PaymentState.choices,
        help_text="Status of the payment; repeat the parameter to match any of several",
    )
    method = SearchFilter(max_length=MAX_CODE, help_text="Code of the payment method")
    provider = SearchFilter(max_length=MAX_PROVIDER, help_text="Code of the provider")
    created_after = SinceFilter(field_name="created_at", help_text="Begun then or later")
    created_before = UntilFilter(field_name="created_at", help_text="Begun then or earlier")


class RefundFilter(django_filters.FilterSet):
    """Filters of all refunds."""

    order = IdFilter(field_name="order_id", help_text="Id of the order")
    status = AnyOfFilter(
        choices=RefundState.choices,
        help_text="Status of the refund; repeat the parameter to match any of several",
    )
