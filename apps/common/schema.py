"""The OpenAPI schema: what every operation can answer besides its success."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction
from rest_framework import serializers
from rest_framework.permissions import AllowAny

from apps.common.permissions import StaffOnly
from apps.common.problems import CONTENT_TYPE


class ProblemErrorOutput(serializers.Serializer[Any]):
    """One fault of a request."""

    code = serializers.CharField()
    detail = serializers.CharField()
    pointer = serializers.CharField(required=False, help_text="JSON pointer into the body")
    parameter = serializers.CharField(required=False, help_text="Name of the query parameter")


class ProblemOutput(serializers.Serializer[Any]):
    """A problem (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="For people, in the language of Accept-Language")
    code = serializers.CharField(help_text="For programs, stable")
    request_id = serializers.CharField()
    errors = ProblemErrorOutput(many=True, required=False)  # type: ignore[assignment]  # never holds data


class StoreSchema(AutoSchema):
    """Add the problems that follow from an operation's method, permissions and path."""

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        for status in self._problem_statuses():
            if status not in bodies:
                bodies[status] = self._get_response_for_code(ProblemOutput, status, [CONTENT_TYPE])
        return bodies

    def _problem_statuses(self) -> list[str]:
        permissions = self.view.get_permissions()
        has_body = self.method in {"POST", "PUT", "PATCH"}
        is_open = any(isinstance(permission, AllowAny) for permission in permissions)
        applies = {
            "400": True,
            "401": not is_open,
            "403": any(isinstance(permission, StaffOnly) for permission in permissions)
            and self.method != "GET",
            "404": "{" in self.path or self._is_list_view(),
            "406": True,
            "413": has_body,
            "415": has_body,
            "429": True,
            "503": True,
        }
        return [status for status, does_apply in applies.items() if does_apply]
