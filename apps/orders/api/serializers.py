"""How orders look on the wire."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.common.fields import IdField, StrictCharField, StrictIntegerField
from apps.jobs.models import Job
from apps.orders.api.permissions import moves_of
from apps.orders.models import Order, OrderItem, StatusChange
from apps.orders.services import MAX_LINES, MAX_QUANTITY, RequestedItem
from apps.orders.statuses import OrderStatus, allowed_moves
from apps.users.api.serializers import UserOutput

STAFF_NAME = "staff"  # what customers read in place of the names of those who work here


class RequestedItemInput(serializers.Serializer[Any]):
    """A line of a wish."""

    product_id = IdField()
    quantity = StrictIntegerField(min_value=1, max_value=MAX_QUANTITY)


class PlaceOrderInput(serializers.Serializer[Any]):
    """What is wanted; prices are the store's. The same product twice is added up."""

    items = RequestedItemInput(many=True, allow_empty=False, max_length=MAX_LINES)

    def requested_items(self) -> list[RequestedItem]:
        """Return the validated lines."""
        return [RequestedItem(**item) for item in self.validated_data["items"]]


class ChangeStatusInput(serializers.Serializer[Any]):
    """A move of an order."""

    status = serializers.ChoiceField(choices=OrderStatus.choices)
    comment = StrictCharField(max_length=1000, allow_blank=True, required=False)


class OrderItemOutput(serializers.ModelSerializer[OrderItem]):
    """A line of an order, as it was when it was placed."""

    total = serializers.DecimalField(max_digits=15, decimal_places=2)

    class Meta:
        model = OrderItem
        fields = ("id", "product_id", "product_name", "sku", "quantity", "price", "total")


class StatusChangeOutput(serializers.ModelSerializer[StatusChange]):
    """A move of an order, as its customer reads it."""

    changed_by = serializers.SerializerMethodField()

    class Meta:
        model = StatusChange
        fields = ("from_status", "to_status", "changed_by", "comment", "created_at")

    @extend_schema_field(serializers.CharField(help_text="Username; for a customer their own, or `staff`"))
    def get_changed_by(self, change: StatusChange) -> str:
        """Return the customer's own name, and one word for everybody who works here."""
        return change.changed_by.username if change.changed_by_id == change.order.user_id else STAFF_NAME


class StaffStatusChangeOutput(StatusChangeOutput):
    """A move of an order, as staff read it."""

    def get_changed_by(self, change: StatusChange) -> str:
        """Return the name."""
        return change.changed_by.username


class OrderBaseOutput(serializers.ModelSerializer[Order]):
    """What every view of an order shows."""

    allowed_statuses = serializers.SerializerMethodField()
    invoice_url = serializers.HyperlinkedIdentityField(view_name="order-invoice")

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=OrderStatus.choices)))
    def get_allowed_statuses(self, order: Order) -> list[str]:
        """Return the statuses that the reader, who is the context's request's, may move the order to now."""
        moves = moves_of(self.context["request"].user, order)
        return [status.value for status in allowed_moves(order.status, moves)]


class OrderRowOutput(OrderBaseOutput):
    """An order in a list."""

    items_count = serializers.IntegerField()

    class Meta:
        model = Order
        fields: tuple[str, ...] = (
            "id",
            "status",
            "total_price",
            "currency",
            "items_count",
            "allowed_statuses",
            "tracking_number",
            "invoice_url",
            "created_at",
            "updated_at",
        )


class OrderOutput(OrderBaseOutput):
    """An order."""

    items = OrderItemOutput(many=True)
    history = StatusChangeOutput(many=True, source="status_changes")

    class Meta:
        model = Order
        fields: tuple[str, ...] = (
            "id",
            "status",
            "total_price",
            "currency",
            "items",
            "history",
            "allowed_statuses",
            "tracking_number",
            "invoice_url",
            "created_at",
            "updated_at",
        )


class StaffOrderRowOutput(OrderRowOutput):
    """An order in a list for staff."""

    user = UserOutput()

    class Meta(OrderRowOutput.Meta):
        fields = (*OrderRowOutput.Meta.fields, "user")


class StaffOrderOutput(OrderOutput):
    """An order for staff."""

    history = StaffStatusChangeOutput(many=True, source="status_changes")
    user = UserOutput()

    class Meta(OrderOutput.Meta):
        fields = (*OrderOutput.Meta.fields, "user")


class JobOutput(serializers.ModelSerializer[Job]):
    """Work that follows an order."""

    class Meta:
        model = Job
        fields = ("kind", "status", "attempts", "updated_at")
