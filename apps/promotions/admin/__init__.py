"""Promotions in the admin. Django looks here for what is registered."""

from apps.promotions.admin import codes, promotions, redemptions

__all__ = ["codes", "promotions", "redemptions"]
