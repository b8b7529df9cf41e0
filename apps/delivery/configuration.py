"""Delivery methods, their zones and rates as a part of the configuration."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.delivery.methods import Method, load_methods
from apps.delivery.models import (
    DeliveryMethod,
    DeliveryRate,
    DeliveryZone,
    DeliveryZoneMember,
    PickupPoint,
    PickupPointKind,
)
from apps.delivery.zones import Zones, load_zones
from apps.store.configuration_cache import ConfigurationPart, configures


@dataclass(frozen=True)
class DeliveryConfig:
    """Everything that the choice of a delivery method depends on, and its price."""

    methods: Sequence[Method]  # by position, those that are not offered among them
    zones: Zones
    has_several_shops: bool  # of the store's own, in use: who collects an order has to choose one

    def method(self, code: str) -> Method | None:
        """Return the method that is offered under the code."""
        return next((each for each in self.methods if each.is_active and each.code == code), None)


def load_delivery() -> DeliveryConfig:
    """Read it."""
    shops = PickupPoint.objects.filter(kind=PickupPointKind.SHOP, is_active=True)
    return DeliveryConfig(load_methods(), load_zones(), len(shops.values_list("pk")[:2]) > 1)


DELIVERY = ConfigurationPart(load_delivery)
configures(DeliveryMethod, DeliveryRate, DeliveryZone, DeliveryZoneMember, PickupPoint)
