"""Models of delivery: addresses, pick-up points, methods with their zones and rates."""

from apps.delivery.models.addresses import ADDRESS_FIELDS, MAX_SAVED_ADDRESSES, Address, SavedAddress
from apps.delivery.models.great_circles import Spot
from apps.delivery.models.methods import (
    AT_A_POINT,
    DeliveryKind,
    DeliveryMethod,
    DeliveryRate,
    DeliveryZone,
    DeliveryZoneMember,
    FreeFromBasis,
)
from apps.delivery.models.pickup_points import PickupPoint, PickupPointKind, PickupPointQuerySet

__all__ = [
    "ADDRESS_FIELDS",
    "AT_A_POINT",
    "MAX_SAVED_ADDRESSES",
    "Address",
    "DeliveryKind",
    "DeliveryMethod",
    "DeliveryRate",
    "DeliveryZone",
    "DeliveryZoneMember",
    "FreeFromBasis",
    "PickupPoint",
    "PickupPointKind",
    "PickupPointQuerySet",
    "SavedAddress",
    "Spot",
]
