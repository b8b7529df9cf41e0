"""Serializers of orders."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from apps.core.api.openapi.schema import shown_as
from apps.core.api.serializers import OutputSerializer
from apps.core.money import money_text
from apps.delivery.api.serializers import AddressOutput
from apps.delivery.models import ADDRESS_FIELDS
from apps.jobs.models import Job
from apps.orders.api import examples
from apps.orders.api.permissions import transitions_of
from apps.orders.api.serializers.prices import (
    DeliveryOutput,
    DiscountOutput,
    PickupPointSnapshotOutput,
    TaxOutput,
    money,
)
from apps.orders.models import AddressKind, Order, OrderAddress, OrderItem, StatusChange
from apps.orders.order_parts import address_of, tax_rows_of
from apps.orders.statuses import OrderStatus, ShipmentStatus, allowed_transitions

STAFF_NAME = "staff"  # what customers read in place of the names of those who work here
CHANGED_BY = serializers.CharField(
    help_text="Username; customers see their own, or `staff`. `system` is the store itself"
)


class OrderItemOutput(OutputSerializer[OrderItem]):
    """A line of an order, as it was when the order was placed."""

    total = money(help_text="Before discounts")
    amount = money(help_text="After discounts")
    cancelled_quantity = serializers.SerializerMethodField()

    class Meta:
        model = OrderItem
        fields = (
            "id",
            "product_id",
            "product_name",
            "sku",
            "quantity",
            "price",
            "total",
            "discount",
            "amount",
            "tax_rate",
            "tax_amount",
            "cancelled_quantity",
            "shipped_quantity",
            "returned_quantity",
        )

    @extend_schema_field(serializers.IntegerField(help_text="Units; all of them once the order is cancelled"))
    def get_cancelled_quantity(self, item: OrderItem) -> int:
        """Return the cancelled pieces."""
        is_cancelled = item.order.status == OrderStatus.CANCELLED
        return item.quantity if is_cancelled else item.cancelled_quantity


class StatusChangeOutput(OutputSerializer[StatusChange]):
    """A change of an order's status, as its customer sees it."""

    changed_by = serializers.SerializerMethodField()

    class Meta:
        model = StatusChange
        fields = ("from_status", "to_status", "changed_by", "comment", "created_at")

    @extend_schema_field(CHANGED_BY)
    def get_changed_by(self, change: StatusChange) -> str:
        """Return the customer's own name, and one word for everybody who works here."""
        if change.changed_by_id is None or change.changed_by_id == change.order.user_id:
            return change.actor_name
        return STAFF_NAME


class OrderBaseOutput(OutputSerializer[Order]):
    """What every view of an order shows."""

    items_total = money(source="goods_total", help_text="Before discounts")
    shipment_status = serializers.ChoiceField(
        choices=ShipmentStatus.choices, source="shown_shipment_status", read_only=True
    )
    payment_method = serializers.SerializerMethodField()
    payment_method_name = serializers.SerializerMethodField()
    delivery = serializers.SerializerMethodField()
    amount_due = money()
    balance = money(help_text="What the customer owes; negative: what the store owes")
    allowed_statuses = serializers.SerializerMethodField()
    invoice_url = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(choices=OrderStatus.choices)))
    def get_allowed_statuses(self, order: Order) -> list[str]:
        """Return the statuses that the reader, who is the context's request's, may move the order to now."""
        transitions = transitions_of(self.context["request"].user, order)
        return [status.value for status in allowed_transitions(order.status, transitions)]

    @extend_schema_field(serializers.CharField(allow_null=True, help_text="Code of the method"))
    def get_payment_method(self, order: Order) -> str | None:
        """Return the payment method; None where none was chosen."""
        return order.payment_method or None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_payment_method_name(self, order: Order) -> str | None:
        """Return what it was called."""
        return order.payment_method_name or None

    @extend_schema_field(DeliveryOutput(allow_null=True))
    def get_delivery(self, order: Order) -> dict[str, Any] | None:
        """Return the delivery method; None where none was chosen."""
        if not order.delivery_method:
            return None
        rate = order.delivery_tax_rate
        return {
            "method": order.delivery_method,
            "name": order.delivery_name,
            "kind": order.delivery_kind,
            "price": money_text(order.delivery_price),
            "discount": money_text(order.delivery_discount),
            "tax_rate": None if rate is None else f"{rate:.2f}",
            "tax_amount": money_text(order.delivery_tax),
        }

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
            "payment_status",
            "shipment_status",
            "payment_method",
            "payment_method_name",
            "expires_at",
            "items_total",
            "discount_total",
            "delivery_price",
            "delivery_discount",
            "tax_total",
            "prices_include_tax",
            "total_price",
            "cancelled_total",
            "returned_total",
            "allowance_total",
            "amount_due",
            "paid_total",
            "refunded_total",
            "balance",
            "currency",
            "delivery",
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
    discounts = serializers.SerializerMethodField()
    taxes = serializers.SerializerMethodField()
    shipping_address = serializers.SerializerMethodField()
    billing_address = serializers.SerializerMethodField()
    pickup_point = serializers.SerializerMethodField()
    history = StatusChangeOutput(many=True, source="fetched_status_changes")

    class Meta:
        model = Order
        fields: tuple[str, ...] = (
            "id",
            "status",
            "payment_status",
            "shipment_status",
            "payment_method",
            "payment_method_name",
            "expires_at",
            "items_total",
            "discount_total",
            "delivery_price",
            "delivery_discount",
            "tax_total",
            "prices_include_tax",
            "total_price",
            "cancelled_total",
            "returned_total",
            "allowance_total",
            "amount_due",
            "paid_total",
            "refunded_total",
            "balance",
            "currency",
            "delivery",
            "items",
            "discounts",
            "taxes",
            "shipping_address",
            "billing_address",
            "pickup_point",
            "customer_note",
            "gift_message",
            "shipped_at",
            "delivered_at",
            "history",
            "allowed_statuses",
            "tracking_number",
            "invoice_url",
            "created_at",
            "updated_at",
        )

    @extend_schema_field(DiscountOutput(many=True))
    def get_discounts(self, order: Order) -> list[dict[str, Any]]:
        """Return the promotions that apply."""
        return [DiscountOutput().to_representation(discount) for discount in order.fetched_discounts]

    @extend_schema_field(TaxOutput(many=True))
    def get_taxes(self, order: Order) -> list[dict[str, Any]]:
        """Return the taxes by rate."""
        return [
            {
                "rate": None if row.rate is None else f"{row.rate:.2f}",
                "base": money_text(row.base),
                "amount": money_text(row.amount),
            }
            for row in tax_rows_of(order, order.fetched_items)
        ]

    @extend_schema_field(AddressOutput(allow_null=True))
    def get_shipping_address(self, order: Order) -> dict[str, str] | None:
        """Return where the order goes, or who collects it."""
        return _shown(address_of(order, AddressKind.SHIPPING))

    @extend_schema_field(AddressOutput(allow_null=True))
    def get_billing_address(self, order: Order) -> dict[str, str] | None:
        """Return whom the order is billed to."""
        return _shown(address_of(order, AddressKind.BILLING))

    @extend_schema_field(PickupPointSnapshotOutput(allow_null=True))
    def get_pickup_point(self, order: Order) -> dict[str, Any] | None:
        """Return where the order is collected, as the point was when the order was placed."""
        address = address_of(order, AddressKind.SHIPPING)
        return address.pickup_point if address else None


class BasketLineOutput(serializers.Serializer[Any]):
    """A product, and how many units of it, as an order takes them."""

    product_id = serializers.IntegerField()
    quantity = serializers.IntegerField()


@shown_as(examples.BASKET)
class BasketOutput(serializers.Serializer[Any]):
    """What to order to have the same again."""

    items = BasketLineOutput(many=True)
    left_out = serializers.ListField(
        child=serializers.IntegerField(), help_text="Ids of the products that are no longer on sale"
    )


@shown_as(examples.JOB)
class JobOutput(OutputSerializer[Job]):
    """A background job of an order."""

    class Meta:
        model = Job
        fields = ("kind", "status", "attempts", "updated_at")


def _shown(address: OrderAddress | None) -> dict[str, str] | None:
    return {name: getattr(address, name) for name in ADDRESS_FIELDS} if address else None
