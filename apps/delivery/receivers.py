"""Receivers that give the configuration another version when delivery methods change."""

from apps.delivery.models import DeliveryMethod, DeliveryRate, DeliveryZone, DeliveryZoneMember
from apps.store.configuration import configures

configures(DeliveryMethod, DeliveryRate, DeliveryZone, DeliveryZoneMember)
