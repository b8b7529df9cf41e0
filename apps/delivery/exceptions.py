"""Exceptions of delivery: its refusals of orders and addresses, and the codes of faults in addresses."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Self, TypedDict

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.exceptions import DomainError, Faults, register_fault_codes
from apps.core.money import MoneyText

register_fault_codes(
    "country_unsupported",
    "field_required_here",
    "phone_invalid",
    "postal_code_invalid",
)


class DeliveryOptionPayload(TypedDict):
    """A delivery method and what it costs, or the `reason` why it is not available."""

    method: str
    name: str
    kind: str
    available: bool
    reason: str | None
    price: MoneyText | None
    discount: MoneyText | None
    free_from: MoneyText | None
    days_min: int | None
    days_max: int | None


class DeliveryOptions(TypedDict):
    """The delivery methods that are available instead."""

    options: list[DeliveryOptionPayload]


class DeliveryRefused(DomainError):
    """A delivery method that an order cannot have, with all methods; the available ones are told."""

    def __init__(self, options: Iterable[DeliveryOptionPayload]) -> None:
        super().__init__(self.message)
        self.options = [each for each in options if each["available"]]

    def as_payload(self) -> DeliveryOptions:
        """Tell the methods that are available."""
        return {"options": self.options}

    @classmethod
    def example(cls) -> Self:
        """Return a refusal where a courier would come."""
        courier = DeliveryOptionPayload(
            method="courier",
            name="Courier",
            kind="courier",
            available=True,
            reason=None,
            price=MoneyText("350.00"),
            discount=MoneyText("0.00"),
            free_from=MoneyText("3000.00"),
            days_min=2,
            days_max=4,
        )
        return cls([courier])


class DeliveryRequired(DeliveryRefused):
    """An order without a delivery method, where the store wants one."""

    code = "delivery_required"
    message = _("Choose a delivery method.")
    advice = _("Let the customer choose one of `options` and send its `method` as `delivery.method`.")


class DeliveryUnavailable(DeliveryRefused):
    """A method that is unknown, switched off, does not reach the place, or is not meant for such a total."""

    code = "delivery_unavailable"
    message = _("This delivery method is not available for the order.")
    advice = _("Let the customer choose one of `options`. If there are none, another address may help.")


class DeliveryTooHeavy(DeliveryRefused):
    """An order above the weight that the method, or the pick-up point, takes."""

    code = "delivery_too_heavy"
    message = _("The order is too heavy for this delivery method.")
    advice = _("Let the customer choose one of `options`, another pick-up point, or order less.")


class DestinationRefused(DomainError):
    """A place to deliver to that is missing or cannot be had: the member that the `pointer` leads to."""

    fault_code = "required"
    pointer: str
    fault: str | Promise

    def as_payload(self) -> Faults:
        """Point at the member of the body."""
        return {"errors": [{"code": self.fault_code, "detail": str(self.fault), "pointer": self.pointer}]}


class AddressRequired(DestinationRefused):
    """A method that delivers to an address, and no address."""

    code = "address_required"
    message = _("This delivery method needs an address.")
    advice = _("Ask the customer for the address and send it as `shipping_address`.")
    pointer = "/shipping_address"
    fault = _("This field is required.")


class PickupPointRequired(DestinationRefused):
    """A method that delivers to pick-up points, and none chosen."""

    code = "pickup_point_required"
    message = _("Choose a pick-up point.")
    advice = _("Let the customer choose one of `pickup-points/` and send its `provider` and `code`.")
    pointer = "/pickup_point"
    fault = _("This field is required.")


class PickupPointUnavailable(DestinationRefused):
    """A pick-up point that is unknown, not in use, or not one of this method's."""

    code = "pickup_point_unavailable"
    message = _("This pick-up point is not available. Choose another one.")
    advice = _("Let the customer choose another one of `pickup-points/`.")
    fault_code = "does_not_exist"
    pointer = "/pickup_point"
    fault = _("There is no such pick-up point for this delivery method.")


class TooManyAddresses(DomainError):
    """An address book that is full."""

    status_code = HTTPStatus.CONFLICT
    code = "too_many_addresses"
    message = _("The address book is full.")
    advice = _("Delete or change a saved address: a customer can have 20.")
