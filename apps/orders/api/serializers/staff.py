"""Serializers of orders as staff see them: with the customer, names in the history, and the staff note."""

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from apps.orders.api.serializers.orders import (
    CHANGED_BY,
    OrderOutput,
    OrderRowOutput,
    StatusChangeOutput,
)
from apps.orders.models import StatusChange
from apps.users.api.serializers import UserOutput


@extend_schema_serializer(component_name="StatusChangeOutput")
class StaffStatusChangeOutput(StatusChangeOutput):
    """A change of an order's status."""

    @extend_schema_field(CHANGED_BY)
    def get_changed_by(self, change: StatusChange) -> str:
        """Return the name."""
        return change.actor_name


@extend_schema_serializer(component_name="OrderRowOutput")
class StaffOrderRowOutput(OrderRowOutput):
    """An order in a list; `user` is shown to staff only."""

    user = UserOutput(required=False)

    class Meta(OrderRowOutput.Meta):
        fields = (*OrderRowOutput.Meta.fields, "user")


@extend_schema_serializer(component_name="OrderOutput")
class StaffOrderOutput(OrderOutput):
    """An order; `user` is shown to staff only."""

    history = StaffStatusChangeOutput(many=True, source="fetched_status_changes")
    staff_note = serializers.CharField(required=False, help_text="Shown to staff only")
    needs_look = serializers.CharField(
        required=False, help_text="Shown to staff only: why somebody should look"
    )
    user = UserOutput(required=False)

    class Meta(OrderOutput.Meta):
        fields = (*OrderOutput.Meta.fields, "staff_note", "needs_look", "user")
