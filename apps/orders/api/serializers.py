"""Serializers of orders."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.reverse import reverse

from apps.core.api.fields import IdField, MoneyField, StrictCharField, StrictIntegerField
from apps.core.api.openapi.schema import ProblemErrorOutput, shown_as
from apps.core.api.serializers import InputSerializer, OutputSerializer
from apps.core.exceptions import DomainError
from apps.jobs.models import Job
from apps.orders.api import examples
from apps.orders.api.permissions import transitions_of
from apps.orders.checkout import MAX_LINES, MAX_QUANTITY, BasketLine, Quote
from apps.orders.models import Order, OrderItem, StatusChange
from apps.orders.statuses import OrderStatus, allowed_transitions
from apps.users.api.serializers import UserOutput

STAFF_NAME = "staff"  # what customers read in place of the names of those who work here


class RequestedItemInput(InputSerializer):
    """A product to order, and how many units of it."""

    product_id = IdField()
    quantity = StrictIntegerField(min_value=1, max_value=MAX_QUANTITY)


@shown_as(examples.BASKET)
class PlaceOrderInput(InputSerializer):
    """The products to order, at the store's prices. Lines with the same product are added up."""

    items = RequestedItemInput(  # type: ignore[call-arg]  # the stubs of `many=True` know no `max_length`
        many=True,
        allow_empty=False,
        max_length=MAX_LINES,
        error_messages={"not_a_list": _("Must be a list.")},
    )
    expected_total = MoneyField(
        max_digits=15,
        required=False,
        help_text="The total shown to the customer; the order is refused (`price_changed`) if it differs",
    )

    def lines(self) -> list[BasketLine]:
        """Return the validated lines."""
        return [BasketLine(**item) for item in self.validated_data["items"]]


class QuotedLineOutput(serializers.Serializer[Any]):
    """A requested product at today's price."""

    product_id = serializers.IntegerField(source="product.pk")
    product_name = serializers.CharField(source="product.name")
    sku = serializers.CharField(source="product.sku")
    quantity = serializers.IntegerField()
    price = serializers.DecimalField(max_digits=10, decimal_places=2, source="product.price")
    total = serializers.DecimalField(max_digits=20, decimal_places=2)


class QuoteProblemLineOutput(serializers.Serializer[Any]):
    """A product that is short of stock, or whose price differs from the expected one."""

    product_id = serializers.IntegerField()
    available = serializers.IntegerField(required=False, help_text="Units")
    requested = serializers.IntegerField(required=False, help_text="Units")
    old_price = serializers.DecimalField(max_digits=10, decimal_places=2, required=False, allow_null=True)
    new_price = serializers.DecimalField(max_digits=10, decimal_places=2, required=False)


class QuoteProblemOutput(serializers.Serializer[Any]):
    """Why the order would be refused, with the same members as the error itself."""

    code = serializers.CharField()
    detail = serializers.CharField()
    stock = serializers.CharField(required=False, help_text="A message for people")
    expected_total = serializers.DecimalField(max_digits=20, decimal_places=2, required=False)
    total_price = serializers.DecimalField(max_digits=20, decimal_places=2, required=False)
    currency = serializers.CharField(required=False, help_text="ISO 4217 code")
    details = QuoteProblemLineOutput(many=True, required=False)
    errors = ProblemErrorOutput(  # type: ignore[assignment]  # DRF takes a declared field out of the class
        many=True, required=False
    )

    def to_representation(self, instance: DomainError) -> dict[str, Any]:
        """Return code, reason and data of the refusal."""
        return {"code": instance.code, "detail": str(instance), **instance.as_payload()}


@shown_as(examples.QUOTE)
class QuoteOutput(serializers.Serializer[Any]):
    """What the order would cost now. It can be placed if `problems` is empty."""

    items = QuotedLineOutput(many=True, source="lines")
    total_price = serializers.DecimalField(max_digits=20, decimal_places=2)
    currency = serializers.SerializerMethodField()
    problems = QuoteProblemOutput(many=True)

    @extend_schema_field(serializers.CharField(help_text="ISO 4217 code"))
    def get_currency(self, quote: Quote) -> str:
        """Return the currency of the store's prices."""
        return settings.STORE_CURRENCY


@shown_as(examples.TRANSITION)
class ChangeStatusInput(InputSerializer):
    """A change of an order's status."""

    status = serializers.ChoiceField(choices=OrderStatus.choices)
    comment = StrictCharField(max_length=1000, allow_blank=True, required=False)


class OrderItemOutput(OutputSerializer[OrderItem]):
    """A line of an order, as it was when the order was placed."""

    total = serializers.DecimalField(max_digits=15, decimal_places=2)

    class Meta:
        model = OrderItem
        fields = ("id", "product_id", "product_name", "sku", "quantity", "price", "total")


class StatusChangeOutput(OutputSerializer[StatusChange]):
    """A change of an order's status, as its customer sees it."""

    changed_by = serializers.SerializerMethodField()

    class Meta:
        model = StatusChange
        fields = ("from_status", "to_status", "changed_by", "comment", "created_at")

    @extend_schema_field(serializers.CharField(help_text="Username; customers see their own, or `staff`"))
    def get_changed_by(self, change: StatusChange) -> str:
        """Return the customer's own name, and one word for everybody who works here."""
        if change.changed_by_id is None or change.changed_by_id == change.order.user_id:
            return change.actor_name
        return STAFF_NAME


@extend_schema_serializer(component_name="StatusChangeOutput")
class StaffStatusChangeOutput(StatusChangeOutput):
    """A change of an order's status."""

    @extend_schema_field(serializers.CharField(help_text="Username; customers see their own, or `staff`"))
    def get_changed_by(self, change: StatusChange) -> str:
        """Return the name."""
        return change.actor_name


class OrderBaseOutput(OutputSerializer[Order]):
    """What every view of an order shows."""

    allowed_statuses = serializers.SerializerMethodField()
    invoice_url = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=OrderStatus.choices)))
    def get_allowed_statuses(self, order: Order) -> list[str]:
        """Return the statuses that the reader, who is the context's request's, may move the order to now."""
        transitions = transitions_of(self.context["request"].user, order)
        return [status.value for status in allowed_transitions(order.status, transitions)]

    @extend_schema_field(OpenApiTypes.URI)
    def get_invoice_url(self, order: Order) -> str:  # noqa: D102  # would be its description in the schema
        return reverse("order-invoice", args=[order.pk], request=self.context["request"])


@shown_as(examples.ORDER_ROW)
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


@shown_as(examples.ORDER)
class OrderOutput(OrderBaseOutput):
    """An order."""

    items = OrderItemOutput(many=True, source="fetched_items")
    history = StatusChangeOutput(many=True, source="fetched_status_changes")

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
    user = UserOutput(required=False)

    class Meta(OrderOutput.Meta):
        fields = (*OrderOutput.Meta.fields, "user")


@shown_as(examples.JOB)
class JobOutput(OutputSerializer[Job]):
    """A background job of an order."""

    class Meta:
        model = Job
        fields = ("kind", "status", "attempts", "updated_at")
