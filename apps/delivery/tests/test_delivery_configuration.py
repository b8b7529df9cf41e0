"""Delivery is kept in memory: an edit is seen at once, and options cost no statement."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.delivery.configuration import DELIVERY
from apps.delivery.models import (
    DeliveryMethod,
    DeliveryRate,
    DeliveryZone,
    DeliveryZoneMember,
    PickupPoint,
)
from apps.delivery.pricing import Destinations, Parcel, Place, delivery_options
from apps.delivery.tests.factories import make_method, make_point, make_rate, make_zone
from apps.store.configuration_cache import configuration, current_configuration, current_version

pytestmark = pytest.mark.django_db

EDITS: dict[str, Callable[[], Any]] = {
    "method": lambda: DeliveryMethod.objects.get().save(),
    "rate": lambda: DeliveryRate.objects.get().save(),
    "zone": lambda: DeliveryZone.objects.get().save(),
    "part": lambda: DeliveryZoneMember.objects.get().save(),
    "point": lambda: PickupPoint.objects.get().save(),
    "rates in bulk": lambda: DeliveryRate.objects.update(price=1),
    "parts in bulk": lambda: DeliveryZoneMember.objects.update(country="KZ"),
    "deleted rate": lambda: DeliveryRate.objects.get().delete(),
    "deleted part": lambda: DeliveryZoneMember.objects.get().delete(),
    "deleted method": lambda: DeliveryMethod.objects.get().delete(),
    "new point": make_point,
}


@pytest.mark.parametrize("edit", EDITS)
def test_edit_gives_the_configuration_another_version(edit: str):
    make_rate(make_method(), "350.00", zone=make_zone(("RU", "", "")))
    make_point()
    before = current_version()

    EDITS[edit]()

    assert current_version() != before


def test_options_cost_no_statement(django_assert_num_queries: DjangoAssertNumQueries):
    for prefix in ("10", "101", "1010"):
        make_rate(make_method(), "350.00", zone=make_zone(("RU", "", prefix)))
    delivery = current_configuration()[DELIVERY]
    parcel = Parcel(Decimal(1), Decimal(1), 1, weight_estimated=False)

    with django_assert_num_queries(0):
        options = delivery_options(delivery, parcel, Destinations(address=Place("RU", "", "101000")))

    assert [each.price for each in options] == [Decimal("350.00")] * 3


def test_configuration_is_read_in_four_statements_whatever_it_has(
    django_assert_num_queries: DjangoAssertNumQueries,
):
    for prefix in ("10", "101", "1010"):
        make_rate(make_method(), "350.00", zone=make_zone(("RU", "", prefix), ("KZ", "", prefix)))

    with django_assert_num_queries(4):
        delivery = DELIVERY.load()

    assert [len(method.rates) for method in delivery.methods] == [1, 1, 1]
    assert len(delivery.zones.of_part) == 6


def test_configuration_kept_under_a_former_version_is_read_again():
    rate = make_rate(make_method(), "350.00")
    kept = current_configuration()
    assert kept[DELIVERY].methods[0].rates[None][0].price == Decimal("350.00")

    rate.price = Decimal("400.00")
    rate.save()

    assert configuration(kept.version) is kept
    assert current_configuration()[DELIVERY].methods[0].rates[None][0].price == Decimal("400.00")
