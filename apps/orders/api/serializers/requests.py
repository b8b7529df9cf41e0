"""Serializers of what is sent about orders: the checkout, and changes of the status."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from apps.core.api.fields import IdField, MoneyField, RowIdField, StrictCharField, StrictIntegerField
from apps.core.api.openapi.schema import shown_as
from apps.core.api.serializers import InputSerializer
from apps.delivery.addresses import PostalAddress
from apps.delivery.api.serializers import AddressInput
from apps.delivery.models import SavedAddress
from apps.orders.api import examples
from apps.orders.checkout import MAX_LINES, MAX_QUANTITY, BasketLine, Checkout, PointChoice
from apps.orders.statuses import OrderStatus

MAX_CODE = 40  # characters of the code of a method, a point or a promotion
MAX_NOTE = 1000  # characters


class RequestedItemInput(InputSerializer):
    """A product to order, and how many units of it."""

    product_id = IdField()
    quantity = StrictIntegerField(min_value=1, max_value=MAX_QUANTITY)


class DeliveryChoiceInput(InputSerializer):
    """The delivery method, by its code."""

    method = StrictCharField(max_length=MAX_CODE)


class PointChoiceInput(InputSerializer):
    """The pick-up point."""

    provider = StrictCharField(max_length=20)
    code = StrictCharField(max_length=MAX_CODE)


class OwnAddressField(RowIdField):
    """An address of the caller's address book, by its id. The context holds the address book."""

    def get_queryset(self) -> Any:
        """Return the caller's addresses."""
        return self.context["own_addresses"]


@shown_as(examples.CHECKOUT)
class PlaceOrderInput(InputSerializer):
    """What to order, and how it is to come. Only `items` is required; null means the same as absent.

    Lines with the same product are added up. Prices are the store's.
    """

    items = RequestedItemInput(  # type: ignore[call-arg]  # the stubs of `many=True` know no `max_length`
        many=True,
        allow_empty=False,
        max_length=MAX_LINES,
        error_messages={"not_a_list": _("Must be a list.")},
    )
    delivery = DeliveryChoiceInput(required=False, allow_null=True)
    shipping_address = AddressInput(required=False, allow_null=True)
    shipping_address_id = OwnAddressField(
        queryset=SavedAddress.objects.all(),
        required=False,
        allow_null=True,
        help_text="An address of the caller's address book, in place of `shipping_address`",
    )
    billing_address = AddressInput(required=False, allow_null=True)
    pickup_point = PointChoiceInput(required=False, allow_null=True)
    coupon = StrictCharField(required=False, allow_null=True, allow_blank=True, max_length=MAX_CODE)
    payment_method = StrictCharField(required=False, allow_null=True, allow_blank=True, max_length=MAX_CODE)
    customer_note = StrictCharField(required=False, allow_null=True, allow_blank=True, max_length=MAX_NOTE)
    gift_message = StrictCharField(required=False, allow_null=True, allow_blank=True, max_length=MAX_NOTE)
    expected_total = MoneyField(
        max_digits=15,
        required=False,
        allow_null=True,
        help_text="The total shown to the customer; the order is refused (`price_changed`) if it differs",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse an address beside the id of one."""
        if attrs.get("shipping_address") and attrs.get("shipping_address_id"):
            message = _("Send either shipping_address or shipping_address_id.")
            raise serializers.ValidationError({"shipping_address_id": message}, code="conflict")
        return attrs

    def checkout(self) -> Checkout:
        """Return what was validated."""
        given = self.validated_data
        point, saved = given.get("pickup_point"), given.get("shipping_address_id")
        shipping, billing = given.get("shipping_address"), given.get("billing_address")
        return Checkout(
            items=[BasketLine(**item) for item in given["items"]],
            delivery_method=(given.get("delivery") or {}).get("method", ""),
            shipping_address=PostalAddress.of(saved) if saved else _address(shipping),
            billing_address=_address(billing),
            pickup_point=PointChoice(**point) if point else None,
            coupon=given.get("coupon") or "",
            payment_method=given.get("payment_method") or "",
            customer_note=given.get("customer_note") or "",
            gift_message=given.get("gift_message") or "",
            expected_total=given.get("expected_total"),
        )


def _address(given: dict[str, Any] | None) -> PostalAddress | None:
    return AddressInput.address(given) if given else None


@shown_as(examples.TRANSITION)
class ChangeStatusInput(InputSerializer):
    """A change of an order's status."""

    status = serializers.ChoiceField(choices=OrderStatus.choices)
    comment = StrictCharField(max_length=1000, allow_blank=True, required=False)


@shown_as(examples.STAFF_NOTE)
class StaffNoteInput(InputSerializer):
    """What staff tell one another about an order. Customers never see it."""

    staff_note = StrictCharField(max_length=MAX_NOTE, allow_blank=True)
