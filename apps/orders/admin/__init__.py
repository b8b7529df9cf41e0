"""Orders in the admin. Django looks here for what is registered."""

from apps.orders.admin import orders

__all__ = ["orders"]
