"""Exports in the admin. Django looks here for what is registered."""

from apps.import_export.admin import exports

__all__ = ["exports"]
