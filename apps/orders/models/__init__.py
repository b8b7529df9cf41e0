"""Models of orders: what was ordered, what it costs, where it goes, and what happened to it."""

from apps.orders.models.addresses import AddressKind, OrderAddress
from apps.orders.models.cancellations import Cancellation, CancellationReason
from apps.orders.models.discounts import DiscountKind, DiscountTarget, OrderDiscount
from apps.orders.models.history import Actor, StatusChange
from apps.orders.models.invoices import Invoice
from apps.orders.models.items import OrderItem
from apps.orders.models.order_queries import FEW, JOB_SUBJECT, MONEY_SUBJECT, OrderQuerySet
from apps.orders.models.orders import Order
from apps.orders.models.payment_methods import PaymentMethod, PaymentTerms

__all__ = [
    "FEW",
    "JOB_SUBJECT",
    "MONEY_SUBJECT",
    "Actor",
    "AddressKind",
    "Cancellation",
    "CancellationReason",
    "DiscountKind",
    "DiscountTarget",
    "Invoice",
    "Order",
    "OrderAddress",
    "OrderDiscount",
    "OrderItem",
    "OrderQuerySet",
    "PaymentMethod",
    "PaymentTerms",
    "StatusChange",
]
