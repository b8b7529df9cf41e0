"""Random zones and rates: the price is the one that a slow, obvious search finds."""

import random
from decimal import Decimal
from itertools import product

import pytest
from django.db.models import QuerySet

from apps.delivery.configuration import load_delivery
from apps.delivery.models import DeliveryMethod, DeliveryRate, DeliveryZone, DeliveryZoneMember
from apps.delivery.pricing import Destinations, Parcel, Place, option_of
from apps.delivery.tests.factories import make_method, make_zone

pytestmark = pytest.mark.django_db

COUNTRIES, REGIONS = ("RU", "KZ"), ("", "Москва", "мОСКВА ", "Тверь")
PREFIXES, CODES = ("", "1", "1 0", "10-1", "1010", "a", "Ab"), ("", "101000", "10-2", "1", "aB 5", "2")
TOTALS, WEIGHTS = (0, 1, 2), (0, 100, 200)


@pytest.mark.parametrize("seed", range(20))
def test_price_is_what_a_search_through_everything_finds(seed: int):
    dice = random.Random(seed)
    zones = [random_zone(dice) for _zone in range(dice.randint(1, 8))]
    methods = [random_method(dice, zones) for _method in range(3)]
    delivery = load_delivery()
    rates = {method.pk: list(rows_of(method)) for method in methods}
    places = [Place(*each) for each in product((*COUNTRIES, "NZ"), REGIONS, CODES)]
    assert {method.id for method in delivery.methods} == rates.keys()

    for method, place in product(delivery.methods, places):
        parcel = Parcel(Decimal(9), Decimal(dice.choice((0, 1, 3))), dice.choice((0, 99, 150, 500)), False)
        found = option_of(method, delivery, parcel, Destinations(address=place))
        assert found.price == searched(rates[method.id], place, parcel), (place, parcel)
        assert found.reason == (None if found.price is not None else "delivery_unavailable")


def random_zone(dice: random.Random) -> DeliveryZone:
    parts = set(product(COUNTRIES, REGIONS, PREFIXES))
    return make_zone(*dice.sample(sorted(parts), dice.choice((0, 1, 2, 3, 6))))


def random_method(dice: random.Random, zones: list[DeliveryZone]) -> DeliveryMethod:
    method = make_method()
    steps = dice.sample(list(product([None, *zones], TOTALS, WEIGHTS)), dice.randint(1, 6))
    DeliveryRate.objects.bulk_create(
        DeliveryRate(method=method, zone=zone, from_total=total, from_weight_g=weight, price=number)
        for number, (zone, total, weight) in enumerate(steps)
    )
    return method


def rows_of(method: DeliveryMethod) -> QuerySet[DeliveryRate]:
    return method.rates.select_related("zone").prefetch_related("zone__members")


def searched(rates: list[DeliveryRate], place: Place, parcel: Parcel) -> Decimal | None:
    """Return the price by the rules as they are written, one after the other."""
    ranked = []
    for rate in rates:
        rank = (0, 0, 0)
        if rate.zone and (members := rate.zone.members.all()):
            matching = [each for each in members if matches(each, place)]
            if not matching:
                continue
            rank = max((len(plain(each.postal_prefix)), each.region != "", 1) for each in matching)
        ranked.append((rank, -(rate.zone_id or 0), rate))
    if not ranked:
        return None
    best = max(each[:2] for each in ranked)
    fitting = [
        (rate.from_total, rate.from_weight_g, rate.price)
        for *key, rate in ranked
        if tuple(key) == best and rate.from_total <= parcel.goods and rate.from_weight_g <= parcel.weight_g
    ]
    return max(fitting)[2] if fitting else None


def matches(member: DeliveryZoneMember, place: Place) -> bool:
    same_region = member.region.strip().lower() in ("", place.region.strip().lower())
    return (
        member.country == place.country
        and same_region
        and plain(place.postal_code).startswith(plain(member.postal_prefix))
    )


def plain(code: str) -> str:
    return code.replace(" ", "").replace("-", "").upper()
