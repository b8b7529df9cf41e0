"""Prices that were worked out by hand: `data/prices.csv` says of each why it is so."""

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import LazySettings

from apps.delivery.configuration import DeliveryConfig, load_delivery
from apps.delivery.models import DeliveryZone, PickupPoint
from apps.delivery.pricing import Destinations, Parcel, Place, option_of, weigh
from apps.delivery.tests.factories import make_method, make_point, make_rate, make_zone

TABLE = Path(__file__).with_name("data") / "prices.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))

ZONES: dict[str, list[tuple[str, str, str]]] = {
    "Centre": [("RU", "", "1010")],
    "Moscow": [("RU", "Москва", ""), ("RU", "", "10"), ("RU", "", "11")],
    "Oblast": [("RU", "Московская область", "")],
    "Russia": [("RU", "", "")],
    "Neighbours": [("KZ", "", ""), ("BY", "", "")],
    "London": [("GB", "", "SW1"), ("GB", "", "EC")],
    "World": [],
}
METHODS: dict[str, dict[str, Any]] = {
    "courier": {"kind": "courier", "min_total": 500, "max_weight_g": 30_000, "free_from": 5_000},
    "post": {
        "kind": "post",
        "max_total": 50_000,
        "max_weight_g": 20_000,
        "free_from": 10_000,
        "free_from_basis": "before_discounts",
    },
    "point": {"kind": "pickup_point", "carrier": "cdek"},
    "shop": {"kind": "pickup"},
    "digital": {"kind": "digital"},
}
# Method, zone, from a total of, from a weight of, price.
RATES = [
    ("courier", "Centre", 0, 0, "250.00"),
    ("courier", "Moscow", 0, 0, "350.00"),
    ("courier", "Moscow", 0, 5_000, "500.00"),
    ("courier", "Moscow", 2_000, 0, "200.00"),
    ("courier", "Moscow", 2_000, 10_000, "450.00"),
    ("courier", "Oblast", 0, 0, "600.00"),
    ("post", "Russia", 0, 0, "300.00"),
    ("post", "Russia", 0, 1_000, "400.00"),
    ("post", "Russia", 0, 5_000, "700.00"),
    ("post", "Neighbours", 0, 0, "900.00"),
    ("post", "Neighbours", 0, 2_000, "1400.00"),
    ("post", "London", 0, 0, "1800.00"),
    ("post", "World", 3_000, 0, "2500.00"),
    ("point", "Moscow", 0, 0, "150.00"),
    ("point", "", 0, 0, "320.00"),
    ("shop", "", 0, 0, "0.00"),
    ("digital", "Neighbours", 0, 0, "10.00"),
    ("digital", "Russia", 0, 0, "0.00"),
]
PRODUCTS = {"TEA": ("390.00", 100), "POT": ("2500.00", 1_200), "CARD": ("100.00", None)}
POINTS = {
    "MSK": {"provider": "cdek", "postal_code": "115000", "max_weight_g": 10_000},
    "TVR": {"provider": "cdek", "postal_code": "170000"},
    "OTHER": {"provider": "boxberry", "postal_code": "115000"},
}


def test_every_price_is_what_was_worked_out_by_hand(db: None, settings: LazySettings):
    settings.STORE_COUNTRY, settings.DEFAULT_WEIGHT_G = "RU", 500
    delivery, points = set_up()
    assert len(ROWS) > 40

    found = [found_for(row, delivery, points) for row in ROWS]

    expected = [(row["method"], row["expected"], row["why"]) for row in ROWS]
    assert [(row["method"], text, row["why"]) for row, text in zip(ROWS, found, strict=True)] == expected


def set_up() -> tuple[DeliveryConfig, dict[str, PickupPoint]]:
    zones: dict[str, DeliveryZone] = {name: make_zone(*parts, name=name) for name, parts in ZONES.items()}
    methods = {code: make_method(code=code, **values) for code, values in METHODS.items()}
    for code, zone, total, weight, price in RATES:
        make_rate(methods[code], price, zone=zones.get(zone), from_total=total, from_weight_g=weight)
    return load_delivery(), {code: make_point(code=code, **values) for code, values in POINTS.items()}


def found_for(row: dict[str, str], delivery: DeliveryConfig, points: dict[str, PickupPoint]) -> str:
    method = delivery.method(row["method"])
    assert method is not None
    place = Place(row["country"], row["region"], row["postal_code"]) if row["country"] else None
    option = option_of(
        method, delivery, parcel_of(row), Destinations(place, points.get(row["point"]), billing=place)
    )
    return option.reason or f"{option.price:.2f}"


def parcel_of(row: dict[str, str]) -> Parcel:
    discount = Decimal(row["discount"])
    if not row["basket"]:
        total = Decimal(row["total"])
        return Parcel(total, total - discount, int(row["weight_g"]), weight_estimated=False)
    words = row["basket"].split()
    basket = [(PRODUCTS[sku], int(quantity)) for sku, quantity in zip(words[::2], words[1::2], strict=True)]
    total = sum((Decimal(price) * quantity for (price, _weight), quantity in basket), Decimal(0))
    weight, estimated = weigh((weight, quantity) for (_price, weight), quantity in basket)
    return Parcel(total, total - discount, weight, estimated)
