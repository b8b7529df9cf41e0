"""Payments in the admin. Django looks here for what is registered."""

from apps.payments.admin import order_section

__all__ = ["order_section"]
