"""Serializers of orders, by what they are about."""

from apps.orders.api.serializers.orders import (
    BasketOutput,
    JobOutput,
    OrderOutput,
    OrderRowOutput,
)
from apps.orders.api.serializers.quotes import QuoteOutput
from apps.orders.api.serializers.requests import (
    ChangeStatusInput,
    PlaceOrderInput,
    StaffNoteInput,
)
from apps.orders.api.serializers.staff import StaffOrderOutput, StaffOrderRowOutput

__all__ = [
    "BasketOutput",
    "ChangeStatusInput",
    "JobOutput",
    "OrderOutput",
    "OrderRowOutput",
    "PlaceOrderInput",
    "QuoteOutput",
    "StaffNoteInput",
    "StaffOrderOutput",
    "StaffOrderRowOutput",
]
