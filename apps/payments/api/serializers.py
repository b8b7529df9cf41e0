"""Serializers of payments and refunds: as customers see them, as staff do, and what is sent."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from apps.core.api.fields import MomentField, MoneyField, StrictCharField
from apps.core.api.filters import day_or_moment
from apps.core.api.openapi.schema import shown_as
from apps.core.api.serializers import InputSerializer, OutputSerializer
from apps.orders.models import PaymentMethod
from apps.payments.api import examples
from apps.payments.models import Payment, Refund
from apps.payments.providers.base import NextAction
from apps.users.models import User

MAX_CODE = 40  # characters of the code of a method
MAX_NOTE = 1000  # characters
MAX_RETURN_URL = 1000  # characters
MAX_REASON = 20  # characters
CENT = Decimal("0.01")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
STAFF_ONLY = "Shown to staff only"
NEXT_ACTION = ("type", "url", "client_secret", "payload", "image_url", "instructions")


@shown_as(examples.PAYMENT_METHOD)
class PaymentMethodOutput(OutputSerializer[PaymentMethod]):
    """A payment method that customers can choose."""

    name = serializers.CharField()
    terms = serializers.CharField(help_text="When it is paid: `prepaid`, `on_delivery`, `invoice`")
    instructions = serializers.CharField()

    class Meta:
        model = PaymentMethod
        fields = ("code", "name", "terms", "instructions")


class NextActionOutput(serializers.Serializer[NextAction]):
    """What the customer has to do next. Show `instructions` for a type that you do not know."""

    type = serializers.CharField(help_text="`redirect`, `qr`, `transfer` or `none`")
    url = serializers.CharField(allow_null=True, help_text="Where to send the customer")
    client_secret = serializers.CharField(allow_null=True)
    payload = serializers.CharField(allow_null=True, help_text="Text of the QR code to draw")
    image_url = serializers.CharField(allow_null=True, help_text="The QR code as a picture")
    instructions = serializers.CharField(allow_null=True)


class RefundOutput(OutputSerializer[Refund]):
    """Money of a payment that is given back."""

    id = serializers.UUIDField(source="uid")

    class Meta:
        model = Refund
        fields: tuple[str, ...] = ("id", "amount", "status", "reason", "created_at")


@shown_as(examples.PAYMENT)
class PaymentOutput(OutputSerializer[Payment]):
    """A try to pay for an order."""

    id = serializers.UUIDField(source="uid")
    order_id = serializers.IntegerField()
    is_current = serializers.BooleanField(help_text="Whether it is the newest try, and not given up")
    next_action = serializers.SerializerMethodField()
    failure_code = serializers.SerializerMethodField()
    card_brand = serializers.SerializerMethodField()
    card_last4 = serializers.SerializerMethodField()
    refunds = RefundOutput(many=True, source="fetched_refunds")

    class Meta:
        model = Payment
        fields: tuple[str, ...] = (
            "id",
            "order_id",
            "method",
            "method_name",
            "status",
            "is_current",
            "amount",
            "captured",
            "refunded",
            "currency",
            "next_action",
            "failure_code",
            "card_brand",
            "card_last4",
            "created_at",
            "expires_at",
            "checked_at",
            "refunds",
        )

    @extend_schema_field(NextActionOutput(allow_null=True))
    def get_next_action(self, payment: Payment) -> Mapping[str, str | None] | None:
        """Return what is left to do for the customer; None once it is over, or given up."""
        action = payment.next_action if payment.is_open and payment.is_current else None
        return {name: action.get(name) for name in NEXT_ACTION} if action else None

    @extend_schema_field(serializers.CharField(allow_null=True, help_text="Why it failed, for programs"))
    def get_failure_code(self, payment: Payment) -> str | None:
        """Return the reason; None for one that has not failed."""
        return payment.failure_code or None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_card_brand(self, payment: Payment) -> str | None:
        """Return what kind of card was used; None where it is not known."""
        return payment.card_brand or None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_card_last4(self, payment: Payment) -> str | None:
        """Return the last digits of the card; None where they are not known."""
        return payment.card_last4 or None


@extend_schema_serializer(component_name="PaymentOutput")
class StaffPaymentOutput(PaymentOutput):
    """A try to pay for an order."""

    provider = serializers.CharField(required=False, help_text=STAFF_ONLY)
    provider_id = serializers.CharField(required=False, allow_null=True, help_text=STAFF_ONLY)
    is_stray = serializers.BooleanField(
        required=False, help_text=f"{STAFF_ONLY}: nothing was due when its money came"
    )
    refund_blocked = serializers.BooleanField(
        required=False, help_text=f"{STAFF_ONLY}: a refund of it was refused"
    )
    created_by: "serializers.SlugRelatedField[User]" = serializers.SlugRelatedField(
        "username",
        queryset=User.objects.none(),
        required=False,
        allow_null=True,
        help_text=f"{STAFF_ONLY}: username",
    )
    received_at = MomentField(required=False, allow_null=True, help_text=STAFF_ONLY)

    class Meta(PaymentOutput.Meta):
        fields = (
            *PaymentOutput.Meta.fields,
            "provider",
            "provider_id",
            "is_stray",
            "refund_blocked",
            "created_by",
            "received_at",
        )


@shown_as(examples.STAFF_REFUND)
class StaffRefundOutput(RefundOutput):
    """Money of a payment that is given back, as staff see it."""

    order_id = serializers.IntegerField()
    payment_id = serializers.SerializerMethodField()
    currency = serializers.SerializerMethodField()
    cause = serializers.CharField(help_text="`settlement`, `stray`, `manual` or `external`")
    failure_code = serializers.SerializerMethodField()
    created_by: "serializers.SlugRelatedField[User]" = serializers.SlugRelatedField(
        "username", read_only=True, allow_null=True, help_text="Username; null: the store itself"
    )

    class Meta(RefundOutput.Meta):
        fields = (
            "id",
            "order_id",
            "payment_id",
            "amount",
            "currency",
            "status",
            "cause",
            "reason",
            "note",
            "failure_code",
            "created_by",
            "created_at",
        )

    def get_payment_id(self, refund: Refund) -> UUID:
        """Return the number of the payment."""
        return refund.payment.uid

    def get_currency(self, refund: Refund) -> str:
        """Return the currency, which is the payment's."""
        return refund.payment.currency

    @extend_schema_field(serializers.CharField(allow_null=True, help_text="Why it failed, for programs"))
    def get_failure_code(self, refund: Refund) -> str | None:
        """Return the reason; None for one that has not failed."""
        return refund.failure_code or None


@shown_as(examples.REFUNDED)
class RefundedOutput(serializers.Serializer[Any]):
    """The refunds that an amount was divided into, one for each payment that it comes from."""

    amount = serializers.DecimalField(max_digits=15, decimal_places=2)
    currency = serializers.CharField()
    refunds = StaffRefundOutput(many=True)


@shown_as(examples.START)
class StartPaymentInput(InputSerializer):
    """How the rest of the order is to be paid. Null means the same as absent."""

    method = StrictCharField(max_length=MAX_CODE)
    return_url = StrictCharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=MAX_RETURN_URL,
        help_text="Where the provider leads the customer back to: an address of the store's apps",
    )


class ReceivedAtField(MomentField):
    """A moment of the past, with its offset (RFC 3339)."""

    default_error_messages = {
        "invalid": _("Must be a date and time with an offset, such as 2026-11-24T09:30:00Z."),
        "max_value": _("Must not be in the future."),
        "min_value": _("Must not be before 2000."),
    }

    def to_internal_value(self, value: Any) -> datetime:
        """Return the moment. Raises ValidationError (`invalid`, `max_value`, `min_value`)."""
        moment = day_or_moment(value) if isinstance(value, str) else None
        if not isinstance(moment, datetime) or moment.tzinfo is None:
            self.fail("invalid")
        if moment > timezone.now():
            self.fail("max_value")
        if moment < EARLIEST:
            self.fail("min_value")
        return moment


class _NoteField(StrictCharField):
    def __init__(self) -> None:
        super().__init__(default="", allow_blank=True, max_length=MAX_NOTE)


@shown_as(examples.RECORD)
class RecordPaymentInput(InputSerializer):
    """Money that was received: a transfer, cash."""

    method = StrictCharField(max_length=MAX_CODE, help_text="Code of a method that is paid by hand")
    amount = MoneyField(max_digits=15, min_value=CENT)
    received_at = ReceivedAtField(default=None, allow_null=True, help_text="Default: now")
    note = _NoteField()


@shown_as(examples.REFUNDING)
class RefundInput(InputSerializer):
    """How much is given back, and why. Customers see the reason, and never the note."""

    amount = MoneyField(max_digits=15, min_value=CENT)
    reason = StrictCharField(max_length=MAX_REASON, help_text="A word, such as `goodwill`")
    note = _NoteField()


@shown_as(examples.DECISION)
class DecideRefundInput(InputSerializer):
    """What staff tell one another about the refund."""

    note = _NoteField()
