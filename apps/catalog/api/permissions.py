"""Permissions of the catalogue's API."""

from typing import Any

from rest_framework.request import Request

from apps.core.api.permissions import StaffOnly


class ProductChangers(StaffOnly):
    """Staff who may change products, whatever they do with what belongs to one."""

    perms_map = {method: ["catalog.change_product"] for method in StaffOnly.perms_map}


def lists_inactive(request: Request) -> bool:
    """Tell whether the request asks a list for what is off sale, and may: any other list is everyone's."""
    return bool(request.query_params.get("is_active")) and sees_inactive(request.user)


def sees_inactive(user: Any) -> bool:
    """Tell whether the user sees products that are off sale: staff who may view products."""
    return bool(user.is_staff) and user.has_perm("catalog.view_product")
