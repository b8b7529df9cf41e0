"""Delivery in the admin. Django looks here for what is registered."""

from apps.delivery.admin import methods, pickup_points, zones

__all__ = ["methods", "pickup_points", "zones"]
