"""Delivery methods, their zones and rates as a part of the configuration."""

from apps.delivery.models import DeliveryMethod, DeliveryRate, DeliveryZone, DeliveryZoneMember
from apps.store.configuration_cache import configures

configures(DeliveryMethod, DeliveryRate, DeliveryZone, DeliveryZoneMember)
