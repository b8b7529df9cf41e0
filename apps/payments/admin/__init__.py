"""Payments in the admin. Django looks here for what is registered."""

from apps.payments.admin import lists, order_section

__all__ = ["lists", "order_section"]
