"""Delivery in the admin. Django looks here for what is registered."""

from apps.delivery.admin import methods, zones

__all__ = ["methods", "zones"]
