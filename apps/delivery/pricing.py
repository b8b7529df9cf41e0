"""Price of delivery: which methods an order can have, what each costs, and why the others are not available.

Nothing here asks the database: everything comes from the configuration.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.conf import settings

from apps.core.money import ZERO, money_text
from apps.delivery.configuration import DeliveryConfig
from apps.delivery.exceptions import DeliveryOptionPayload
from apps.delivery.methods import Method, Rate
from apps.delivery.models import DeliveryKind, FreeFromBasis, PickupPoint, PickupPointKind
from apps.delivery.zones import Place

ADDRESS_REQUIRED = "address_required"
DELIVERY_UNAVAILABLE = "delivery_unavailable"
DELIVERY_TOO_HEAVY = "delivery_too_heavy"
BELOW_MINIMUM = "below_minimum"
ABOVE_MAXIMUM = "above_maximum"


@dataclass(frozen=True)
class Parcel:
    """What is delivered. `goods` is what the items cost after discounts."""

    items_total: Decimal
    goods: Decimal
    weight_g: int
    weight_estimated: bool


@dataclass(frozen=True)
class Destinations:
    """Where an order can go to. An address that lacks its country, or a postal code it must have, is None."""

    address: Place | None = None
    point: PickupPoint | None = None
    billing: Place | None = None


@dataclass(frozen=True)
class DeliveryOption:
    """What a method costs, or the reason why it is not available, and what made the price."""

    method: Method
    price: Decimal | None = None
    reason: str | None = None
    is_reached: bool = False  # whether the method has rates where the order goes to
    zone_id: int | None = None  # whose rates they are; None: everywhere
    rate: Rate | None = None
    is_free: bool = False  # because of `free_from`

    @property
    def available(self) -> bool:
        """Tell whether the method can be chosen."""
        return self.reason is None


def weigh(pieces: Iterable[tuple[int | None, int]]) -> tuple[int, bool]:
    """Return the weight of (weight of one in grams, quantity), and whether some of it is estimated."""
    listed = list(pieces)
    default = settings.DEFAULT_WEIGHT_G
    weight = sum((default if weight_g is None else weight_g) * quantity for weight_g, quantity in listed)
    return weight, any(weight_g is None for weight_g, _quantity in listed)


def delivery_options(
    delivery: DeliveryConfig, parcel: Parcel, destinations: Destinations
) -> list[DeliveryOption]:
    """Return all methods that the shop offers, by position."""
    return [
        option_of(method, delivery, parcel, destinations) for method in delivery.methods if method.is_active
    ]


def option_of(
    method: Method, delivery: DeliveryConfig, parcel: Parcel, destinations: Destinations
) -> DeliveryOption:
    """Return the method with its price, or the reason why it is not available.

    That an address is missing is the reason only where nothing else stands in the way.
    """
    if reason := _out_of_limits(method, parcel.goods):
        return DeliveryOption(method, reason=reason)
    point = usable_point(method, destinations.point)
    place = _place_of(method, destinations, point)
    option = _priced(method, delivery, parcel, place) if place else DeliveryOption(method)
    if place and not option.rate:
        return replace(option, reason=DELIVERY_UNAVAILABLE)
    if _is_too_heavy(parcel, method, point):
        return replace(option, price=None, reason=DELIVERY_TOO_HEAVY)
    return option if place else replace(option, reason=ADDRESS_REQUIRED)


def option_payload(option: DeliveryOption, discount: Decimal) -> DeliveryOptionPayload:
    """Return the option as a quote tells it, with what a promotion takes off its price."""
    method, price, free_from = option.method, option.price, option.method.free_from
    return {
        "method": method.code,
        "name": method.name,
        "kind": method.kind,
        "available": option.available,
        "reason": option.reason,
        "price": None if price is None else money_text(price),
        "discount": None if price is None else money_text(discount),
        "free_from": None if free_from is None else money_text(free_from),
        "days_min": method.days_min,
        "days_max": method.days_max,
    }


def usable_point(method: Method, point: PickupPoint | None) -> PickupPoint | None:
    """Return the pick-up point if the method delivers to it: one in use, of its carrier, or an own shop."""
    if point is None or not point.is_active:
        return None
    match method.kind:
        case DeliveryKind.PICKUP_POINT:
            return point if point.provider == method.carrier else None
        case DeliveryKind.PICKUP:
            return point if point.kind == PickupPointKind.SHOP else None
    return None


def _place_of(method: Method, destinations: Destinations, point: PickupPoint | None) -> Place | None:
    at_point = Place(point.country, point.region, point.postal_code) if point else None
    match method.kind:
        case DeliveryKind.PICKUP_POINT:
            return at_point
        case DeliveryKind.PICKUP:
            return at_point or Place(settings.STORE_COUNTRY)
        case DeliveryKind.DIGITAL:
            return destinations.billing or Place(settings.STORE_COUNTRY)
    return destinations.address


def _priced(method: Method, delivery: DeliveryConfig, parcel: Parcel, place: Place) -> DeliveryOption:
    """Return the method with what it costs at the place; without a price where it has no rate for this.

    Only the most specific zone for which it has rates is asked, never a wider one.
    """
    reached = [zone_id for zone_id in delivery.zones.around(place) if zone_id in method.rates]
    if not reached:
        return DeliveryOption(method)
    option = DeliveryOption(method, is_reached=True, zone_id=reached[0])
    for rate in method.rates[reached[0]]:
        if rate.from_total <= parcel.goods and rate.from_weight_g <= parcel.weight_g:
            is_free = _is_free(method, parcel)
            return replace(option, price=ZERO if is_free else rate.price, rate=rate, is_free=is_free)
    return option


def _out_of_limits(method: Method, goods: Decimal) -> str | None:
    if method.min_total is not None and goods < method.min_total:
        return BELOW_MINIMUM
    if method.max_total is not None and goods > method.max_total:
        return ABOVE_MAXIMUM
    return None


def _is_too_heavy(parcel: Parcel, method: Method, point: PickupPoint | None) -> bool:
    limits = (method.max_weight_g, point.max_weight_g if point else None)
    return any(limit is not None and parcel.weight_g > limit for limit in limits)


def _is_free(method: Method, parcel: Parcel) -> bool:
    if method.free_from is None:
        return False
    is_before = method.free_from_basis == FreeFromBasis.BEFORE_DISCOUNTS
    return (parcel.items_total if is_before else parcel.goods) >= method.free_from
