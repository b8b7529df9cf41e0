"""Permissions of the integrations' API."""

from apps.core.api.permissions import StaffOnly


class UpsertsProducts(StaffOnly):
    """Staff who may both create and change products."""

    perms_map = {**StaffOnly.perms_map, "POST": ["catalog.add_product", "catalog.change_product"]}
