"""Demo delivery: a courier, the post and pick-up points, in Moscow with its region and in all of Russia."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path

from apps.delivery.models import DeliveryMethod, DeliveryRate, DeliveryZone, DeliveryZoneMember
from apps.delivery.pickup_point_import import import_points

PICKUP_POINTS = Path(__file__).with_name("pickup_points.csv")
CARRIER = "post"  # whose pick-up points they are
MOSCOW_REGIONS = ("Москва", "Московская область")
MOSCOW_POSTAL_PREFIXES = ("10", "11", "12", "140", "141", "142", "143", "144")


@dataclass(frozen=True)
class Step:
    """A rate: the price from a total of goods and a weight on."""

    from_total: int
    from_weight_g: int
    price: int


COURIER_IN_MOSCOW = (Step(0, 0, 350), Step(0, 5000, 590), Step(2000, 0, 200), Step(2000, 5000, 440))
COURIER_IN_RUSSIA = (Step(0, 0, 590), Step(0, 5000, 990))
POST = (Step(0, 0, 250), Step(0, 1000, 320), Step(0, 2000, 390), Step(0, 5000, 640), Step(0, 10_000, 990))
POINT_IN_MOSCOW, POINT_IN_RUSSIA = (Step(0, 0, 150),), (Step(0, 0, 290), Step(0, 5000, 450))


def load_delivery() -> str:
    """Make zones, methods with rates, and pick-up points; return what was made, in words."""
    moscow, russia = _zones()
    _rates(_courier(), {moscow: COURIER_IN_MOSCOW, russia: COURIER_IN_RUSSIA})
    _rates(_post(), {russia: POST})
    _rates(_points(), {moscow: POINT_IN_MOSCOW, russia: POINT_IN_RUSSIA})
    with PICKUP_POINTS.open("rb") as file:
        points = import_points(file).counts.created
    return f"3 delivery methods with rates for 2 zones, {points} pick-up points"


def _zones() -> tuple[DeliveryZone, DeliveryZone]:
    moscow = DeliveryZone.objects.create(name="Москва и Московская область")
    russia = DeliveryZone.objects.create(name="Россия")
    members = [
        *(DeliveryZoneMember(zone=moscow, country="RU", region=region) for region in MOSCOW_REGIONS),
        *(
            DeliveryZoneMember(zone=moscow, country="RU", postal_prefix=prefix)
            for prefix in MOSCOW_POSTAL_PREFIXES
        ),
        DeliveryZoneMember(zone=russia, country="RU"),
    ]
    DeliveryZoneMember.objects.bulk_create(members)
    return moscow, russia


def _courier() -> DeliveryMethod:
    return DeliveryMethod.objects.create(
        code="courier",
        name_ru="Курьер",
        name_en="Courier",
        kind="courier",
        position=1,
        needs_phone=True,
        max_weight_g=25_000,
        days_min=1,
        days_max=3,
        free_from=Decimal(3000),
    )


def _post() -> DeliveryMethod:
    return DeliveryMethod.objects.create(
        code="post",
        name_ru="Почта",
        name_en="Post",
        kind="post",
        position=2,
        max_weight_g=20_000,
        days_min=4,
        days_max=10,
    )


def _points() -> DeliveryMethod:
    return DeliveryMethod.objects.create(
        code="pickup_point",
        name_ru="Пункт выдачи",
        name_en="Pick-up point",
        kind="pickup_point",
        carrier=CARRIER,
        position=3,
        needs_phone=True,
        max_weight_g=15_000,
        days_min=2,
        days_max=5,
        free_from=Decimal(2000),
    )


def _rates(method: DeliveryMethod, steps: dict[DeliveryZone, Iterable[Step]]) -> None:
    DeliveryRate.objects.bulk_create(
        DeliveryRate(method=method, zone=zone, **asdict(step))
        for zone, zone_steps in steps.items()
        for step in zone_steps
    )
