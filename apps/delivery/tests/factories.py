"""Rows of delivery for tests, with only what matters to a test to be named in it."""

from itertools import count
from typing import Any

from apps.delivery.models import (
    DeliveryMethod,
    DeliveryRate,
    DeliveryZone,
    DeliveryZoneMember,
    PickupPoint,
    SavedAddress,
)
from apps.users.models import User

_numbers = count(1)


def make_zone(*parts: tuple[str, str, str], name: str = "") -> DeliveryZone:
    """Make a zone of parts, each a country, a region and the beginning of a postal code."""
    zone = DeliveryZone.objects.create(name=name or f"Zone {next(_numbers)}")
    DeliveryZoneMember.objects.bulk_create(
        DeliveryZoneMember(zone=zone, country=country, region=region, postal_prefix=prefix)
        for country, region, prefix in parts
    )
    return zone


def make_method(**values: Any) -> DeliveryMethod:
    number = next(_numbers)
    defaults = {"code": f"method-{number}", "name_ru": f"Способ {number}", "kind": "courier"}
    return DeliveryMethod.objects.create(**{**defaults, **values})


def make_rate(method: DeliveryMethod, price: str, **values: Any) -> DeliveryRate:
    return DeliveryRate.objects.create(method=method, price=price, **values)


def make_point(**values: Any) -> PickupPoint:
    number = next(_numbers)
    defaults = {
        "provider": "cdek",
        "code": f"P{number}",
        "kind": "pvz",
        "name": f"Point {number}",
        "country": "RU",
    }
    return PickupPoint.objects.create(**{**defaults, **values})


def make_saved_address(user: User, **values: Any) -> SavedAddress:
    address = {"name": "Анна Смирнова", "country": "RU", "city": "Москва", "postal_code": "101000"}
    return SavedAddress.objects.create(user=user, **{**address, "line1": "Мясницкая, 1", **values})
