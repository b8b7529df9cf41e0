"""What delivery costs, and why a method is not available."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import translation

from apps.delivery.configuration import DELIVERY, DeliveryConfig
from apps.delivery.models import DeliveryMethod, PickupPoint
from apps.delivery.pricing import (
    DeliveryOption,
    Destinations,
    Parcel,
    Place,
    delivery_options,
    option_payload,
    usable_point,
    weigh,
)
from apps.delivery.tests.factories import make_method, make_point, make_rate, make_zone
from apps.store.configuration_cache import current_configuration

pytestmark = pytest.mark.django_db

MOSCOW = Place("RU", "Москва", "101000")
PARCEL = Parcel(Decimal("1200.00"), Decimal("1000.00"), 2_000, weight_estimated=False)


def configured() -> DeliveryConfig:
    return current_configuration()[DELIVERY]


def option(parcel: Parcel = PARCEL, **destinations: Any) -> DeliveryOption:
    (only,) = delivery_options(configured(), parcel, Destinations(**destinations))
    return only


def outcome(parcel: Parcel = PARCEL, **destinations: Any) -> Decimal | str | None:
    """Return the price, or the reason why there is none."""
    found = option(parcel, **destinations)
    assert found.available is (found.price is not None) is (found.reason is None)
    return found.reason or found.price


def tariff(*zones: tuple[str, list[tuple[str, str, str]]], **method: Any) -> DeliveryMethod:
    """Make a method with one rate for each zone: its price, and the zone's parts."""
    made = make_method(**method)
    for price, parts in zones:
        make_rate(made, price, zone=make_zone(*parts))
    return made


def test_rate_without_a_zone_is_for_everywhere():
    make_rate(make_method(), "350.00")

    assert outcome(address=MOSCOW) == Decimal("350.00")
    assert outcome(address=Place("NZ")) == Decimal("350.00")


def test_zone_without_parts_is_everywhere_too():
    tariff(("350.00", []))

    assert outcome(address=Place("NZ")) == Decimal("350.00")


def test_longer_beginning_of_a_postal_code_wins_over_a_shorter_one_region_and_country():
    tariff(
        ("4.00", []),
        ("3.00", [("RU", "", "")]),
        ("2.00", [("RU", "Москва", "")]),
        ("1.00", [("RU", "", "10")]),
        ("0.50", [("RU", "", "101")]),
    )

    assert outcome(address=MOSCOW) == Decimal("0.50")
    assert outcome(address=replace(MOSCOW, postal_code="105000")) == Decimal("1.00")
    assert outcome(address=replace(MOSCOW, postal_code="115000")) == Decimal("2.00")
    assert outcome(address=Place("RU", "Тверская область", "170000")) == Decimal("3.00")
    assert outcome(address=Place("KZ", "", "101000")) == Decimal("4.00")


def test_region_decides_between_equally_long_postal_codes():
    tariff(("2.00", [("RU", "", "10")]), ("1.00", [("RU", "Москва", "10")]))

    assert outcome(address=MOSCOW) == Decimal("1.00")
    assert outcome(address=replace(MOSCOW, region="")) == Decimal("2.00")


def test_part_with_region_and_postal_code_needs_both():
    tariff(("1.00", [("RU", "Москва", "10")]))

    assert outcome(address=MOSCOW) == Decimal("1.00")
    assert outcome(address=replace(MOSCOW, region="Тверь")) == "delivery_unavailable"
    assert outcome(address=replace(MOSCOW, postal_code="111000")) == "delivery_unavailable"
    assert outcome(address=replace(MOSCOW, country="KZ")) == "delivery_unavailable"


def test_zone_counts_by_its_best_part():
    tariff(("2.00", [("RU", "Москва", "")]), ("1.00", [("RU", "", ""), ("RU", "", "1010")]))

    assert outcome(address=MOSCOW) == Decimal("1.00")
    assert outcome(address=replace(MOSCOW, postal_code="115000")) == Decimal("2.00")


@pytest.mark.parametrize(
    ("prefix", "code"),
    [("sw1a 1", "SW1A1AA"), ("SW1A1", "sw1a 1aa"), ("100-00", "1000 01"), ("00-9", "009-50")],
)
def test_postal_codes_are_compared_without_case_spaces_and_hyphens(prefix: str, code: str):
    tariff(("1.00", [("GB", "", prefix)]))

    assert outcome(address=Place("GB", "", code)) == Decimal("1.00")


def test_regions_are_compared_trimmed_and_without_case():
    tariff(("1.00", [("RU", " московская Область", "")]))

    assert outcome(address=Place("RU", "Московская область ")) == Decimal("1.00")
    assert outcome(address=Place("RU", "Московская")) == "delivery_unavailable"


def test_equally_specific_zones_go_by_the_lower_id():
    tariff(("2.00", [("RU", "", "10")]), ("1.00", [("RU", "", "10")]))

    assert outcome(address=MOSCOW) == Decimal("2.00")


def test_everywhere_without_a_zone_goes_before_a_zone_without_parts():
    method = tariff(("2.00", []))
    make_rate(method, "1.00")

    assert outcome(address=MOSCOW) == Decimal("1.00")


def test_zones_without_a_rate_of_the_method_do_not_count():
    make_zone(("RU", "", "101000"))
    make_rate(make_method(is_active=False), "9.00", zone=make_zone(("RU", "", "10100")))
    tariff(("1.00", [("RU", "", "")]))

    assert outcome(address=MOSCOW) == Decimal("1.00")


def test_highest_total_then_highest_weight_not_above_the_goods_decides():
    method = make_method()
    for price, total, weight in [
        ("5.00", 0, 0),
        ("4.00", 0, 2_000),
        ("3.00", 1_000, 0),
        ("2.00", 1_000, 2_001),
    ]:
        make_rate(method, price, from_total=total, from_weight_g=weight)

    assert outcome(replace(PARCEL, goods=Decimal("999.99"), weight_g=1_999), address=MOSCOW) == Decimal(
        "5.00"
    )
    assert outcome(replace(PARCEL, goods=Decimal("999.99")), address=MOSCOW) == Decimal("4.00")
    assert outcome(address=MOSCOW) == Decimal("3.00")
    assert outcome(replace(PARCEL, weight_g=2_001), address=MOSCOW) == Decimal("2.00")


def test_there_is_no_way_back_to_a_wider_zone():
    method = make_method()
    make_rate(method, "1.00")
    make_rate(method, "2.00", zone=make_zone(("RU", "", "")), from_weight_g=5_000)

    assert outcome(address=MOSCOW) == "delivery_unavailable"
    assert outcome(address=Place("KZ")) == Decimal("1.00")


def test_method_without_rates_is_not_available():
    make_method()

    assert outcome(address=MOSCOW) == "delivery_unavailable"


@pytest.mark.parametrize(
    ("basis", "free_from", "price"),
    [
        ("after_discounts", "1000.00", "0.00"),
        ("after_discounts", "1000.01", "350.00"),
        ("before_discounts", "1200.00", "0.00"),
        ("before_discounts", "1200.01", "350.00"),
    ],
)
def test_delivery_is_free_from_a_total_by_its_basis(basis: str, free_from: str, price: str):
    make_rate(make_method(free_from=free_from, free_from_basis=basis), "350.00")

    assert str(outcome(address=MOSCOW)) == price


def test_free_delivery_goes_nowhere_without_a_rate():
    tariff(("1.00", [("KZ", "", "")]), free_from=0)

    assert outcome(address=MOSCOW) == "delivery_unavailable"


@pytest.mark.parametrize(
    ("limits", "found"),
    [
        ({"min_total": "1000.00", "max_total": "1000.00", "max_weight_g": 2_000}, Decimal("1.00")),
        ({"min_total": "1000.01"}, "below_minimum"),
        ({"max_total": "999.99"}, "above_maximum"),
        ({"max_weight_g": 1_999}, "delivery_too_heavy"),
    ],
)
def test_limits_compare_with_goods_and_weight(limits: dict[str, Any], found: Decimal | str):
    make_rate(make_method(**limits), "1.00")

    assert outcome(address=MOSCOW) == found


@pytest.mark.parametrize(
    ("limits", "found"),
    [
        ({}, "address_required"),
        ({"min_total": "1000.01"}, "below_minimum"),
        ({"max_total": "999.99"}, "above_maximum"),
        ({"max_weight_g": 1_999}, "delivery_too_heavy"),
    ],
)
def test_address_is_asked_for_where_nothing_else_is_missing(limits: dict[str, Any], found: str):
    make_rate(make_method(**limits), "1.00")

    assert outcome() == found


def test_no_rate_is_told_before_too_much_weight_as_the_order_of_problems_has_it():
    tariff(("1.00", [("KZ", "", "")]), max_weight_g=1)

    assert outcome(address=MOSCOW) == "delivery_unavailable"


@pytest.fixture
def locker() -> PickupPoint:
    return make_point(provider="cdek", kind="locker", country="RU", postal_code="190000", max_weight_g=2_000)


def test_zone_of_a_pick_up_point_is_the_points(locker: PickupPoint):
    tariff(("1.00", [("RU", "", "19")]), ("2.00", [("RU", "", "")]), kind="pickup_point", carrier="cdek")

    assert outcome(point=locker) == Decimal("1.00")
    assert outcome(address=MOSCOW) == "address_required"
    assert outcome(replace(PARCEL, weight_g=2_001), point=locker) == "delivery_too_heavy"


@pytest.mark.parametrize("unfit", [{"provider": "boxberry"}, {"is_active": False}])
def test_point_that_the_method_does_not_deliver_to_is_none(locker: PickupPoint, unfit: dict[str, Any]):
    method = tariff(("1.00", []), kind="pickup_point", carrier="cdek")
    for name, value in unfit.items():
        setattr(locker, name, value)

    assert outcome(point=locker) == "address_required"
    assert usable_point(configured().methods[0], locker) is None
    assert configured().methods[0].id == method.pk


def test_courier_does_not_care_for_a_pick_up_point(locker: PickupPoint):
    tariff(("1.00", [("RU", "", "10")]))

    assert outcome(replace(PARCEL, weight_g=2_001), address=MOSCOW, point=locker) == Decimal("1.00")


def test_own_shop_is_where_it_is_or_else_in_the_country_of_the_store(
    locker: PickupPoint, settings: LazySettings
):
    settings.STORE_COUNTRY = "KZ"
    tariff(("1.00", [("RU", "", "10")]), ("2.00", [("KZ", "", "")]), kind="pickup")
    shop = make_point(provider="own", kind="shop", country="RU", postal_code="101000")

    assert outcome(point=shop) == Decimal("1.00")
    assert outcome(point=locker) == Decimal("2.00")
    assert outcome(address=MOSCOW) == Decimal("2.00")


def test_digital_goods_go_to_the_billing_address_or_else_to_the_country_of_the_store():
    tariff(("1.00", [("NZ", "", "")]), ("2.00", [("RU", "", "")]), kind="digital")

    assert outcome(billing=Place("NZ"), address=MOSCOW) == Decimal("1.00")
    assert outcome(address=Place("NZ")) == Decimal("2.00")


def test_option_says_what_made_its_price():
    zone = make_zone(("RU", "", "10"))
    rate = make_rate(make_method(free_from=1), "350.00", zone=zone)

    found = option(address=MOSCOW)

    assert found.rate is not None
    assert (found.zone_id, found.rate.id, found.is_reached, found.is_free) == (zone.pk, rate.pk, True, True)
    assert configured().zones.names[zone.pk] == zone.name


def test_methods_that_are_offered_come_by_position():
    for code, position, is_active in [("c", 2, True), ("hidden", 0, False), ("a", 1, True), ("b", 1, True)]:
        make_rate(make_method(code=code, position=position, is_active=is_active), "1.00")

    options = delivery_options(configured(), PARCEL, Destinations(address=MOSCOW))

    assert [each.method.code for each in options] == ["a", "b", "c"]
    assert [configured().method(code) is not None for code in ("a", "hidden", "x")] == [True, False, False]


def test_payload_of_an_available_method():
    make_rate(
        make_method(
            code="courier", name_ru="Курьер", name_en="Courier", free_from=3000, days_min=2, days_max=4
        ),
        "350.00",
    )

    with translation.override("ru"):
        payload = option_payload(option(address=MOSCOW), Decimal("350.00"))

    assert payload == {
        "method": "courier",
        "name": "Курьер",
        "kind": "courier",
        "available": True,
        "reason": None,
        "price": "350.00",
        "discount": "350.00",
        "free_from": "3000.00",
        "days_min": 2,
        "days_max": 4,
    }


def test_payload_of_another_method():
    make_rate(make_method(code="post", name_ru="Почта", name_en="Post", kind="post", max_weight_g=1), "1.00")

    with translation.override("en"):
        payload = option_payload(option(address=MOSCOW), Decimal("0.00"))

    assert payload == {
        "method": "post",
        "name": "Post",
        "kind": "post",
        "available": False,
        "reason": "delivery_too_heavy",
        "price": None,
        "discount": None,
        "free_from": None,
        "days_min": None,
        "days_max": None,
    }


def test_pieces_without_a_weight_count_the_default(settings: LazySettings):
    settings.DEFAULT_WEIGHT_G = 500

    assert weigh([(100, 2), (0, 5)]) == (200, False)
    assert weigh([(100, 2), (None, 3)]) == (1_700, True)
    assert weigh([]) == (0, False)


def test_choice_of_a_shop_is_needed_where_two_are_in_use():
    make_point(kind="shop")
    make_point(kind="shop", is_active=False)
    make_point(kind="pvz")
    assert configured().has_several_shops is False

    make_point(kind="shop")
    assert configured().has_several_shops is True
