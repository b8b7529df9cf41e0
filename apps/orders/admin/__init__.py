"""Orders in the admin. Django looks here for what is registered."""

from apps.orders.admin import orders, payment_methods

__all__ = ["orders", "payment_methods"]
