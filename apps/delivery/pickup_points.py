"""Pick-up points as orders know them: found by their provider's code, and kept as they were."""

from typing import Any

from apps.delivery.models import PickupPoint

SNAPSHOT = ("provider", "code", "kind", "name", "country", "region", "city", "postal_code", "address")


def find_point(provider: str, code: str) -> PickupPoint | None:
    """Return the point, in use or not, in one statement; None if the provider has no such point."""
    return PickupPoint.objects.filter(provider=provider, code=code).first()


def point_snapshot(point: PickupPoint) -> dict[str, Any]:
    """Return what an order keeps of the point: its columns as they are now."""
    return {name: getattr(point, name) for name in SNAPSHOT}
