"""Checkout: what a customer wants to order, what it costs, and every problem that stands in the way.

One `price` and one list of `problems` serve quotes and orders: no rule can be in one and not in the other.
"""

from apps.orders.checkout.assessment import Assessment, assess
from apps.orders.checkout.basket import MAX_LINES, MAX_QUANTITY, Basket, BasketLine, Checkout, PointChoice
from apps.orders.checkout.pricing import PricedLine, PricedOrder, TaxRow, price, tax_rows
from apps.orders.checkout.problems import MAX_TOTAL, problems
from apps.orders.checkout.quote import Quote, quote_order
from apps.orders.checkout.situation import Situation

__all__ = [
    "MAX_LINES",
    "MAX_QUANTITY",
    "MAX_TOTAL",
    "Assessment",
    "Basket",
    "BasketLine",
    "Checkout",
    "PointChoice",
    "PricedLine",
    "PricedOrder",
    "Quote",
    "Situation",
    "TaxRow",
    "assess",
    "price",
    "problems",
    "quote_order",
    "tax_rows",
]
