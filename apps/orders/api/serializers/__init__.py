"""Serializers of orders, by what they are about."""

from apps.orders.api.serializers.orders import (
    JobOutput,
    OrderOutput,
    OrderRowOutput,
    StaffOrderOutput,
    StaffOrderRowOutput,
)
from apps.orders.api.serializers.quotes import QuoteOutput
from apps.orders.api.serializers.requests import ChangeStatusInput, PlaceOrderInput

__all__ = [
    "ChangeStatusInput",
    "JobOutput",
    "OrderOutput",
    "OrderRowOutput",
    "PlaceOrderInput",
    "QuoteOutput",
    "StaffOrderOutput",
    "StaffOrderRowOutput",
]
