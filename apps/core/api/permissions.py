"""Permission classes, by Django's model permissions."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, DjangoModelPermissions
from rest_framework.request import Request


class StaffOnly(DjangoModelPermissions):
    """Staff with the model's permission for the action: view, add, change or delete."""

    perms_map = {**DjangoModelPermissions.perms_map, "GET": ["%(app_label)s.view_%(model_name)s"]}
    perms_map["HEAD"] = perms_map["GET"]

    def has_permission(self, request: Request, view: Any) -> bool:
        """Tell whether the caller is staff with that permission."""
        return bool(request.user and request.user.is_staff) and super().has_permission(request, view)


class StaffChanges(StaffOnly):
    """Staff with the model's permission: to view for reading, to change for an action on a row."""

    perms_map = {**StaffOnly.perms_map, "POST": ["%(app_label)s.change_%(model_name)s"]}


class StaffWrites(StaffOnly):
    """Anyone reads; staff with the model's permission write."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Tell whether the request reads, or comes from such staff."""
        return request.method in SAFE_METHODS or super().has_permission(request, view)
