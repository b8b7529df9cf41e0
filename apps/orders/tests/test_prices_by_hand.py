"""Prices worked out by hand from the specification (`data/prices_by_hand.csv`), of quotes and of orders."""

import csv
from pathlib import Path
from typing import Any

from django.conf import LazySettings
from rest_framework.test import APIClient

from apps.catalog.models import Product
from apps.orders.tests.shop_by_hand import POINT, SETTINGS, make_shop, switch_on

QUOTE, ORDERS = "/api/v1/orders/quote/", "/api/v1/orders/"
TABLE = Path(__file__).with_name("data") / "prices_by_hand.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
MONEY = ("items_total", "discount_total", "delivery_price", "delivery_discount", "tax_total", "total_price")
LINE = {"line_discounts": "discount", "line_rates": "tax_rate", "line_taxes": "tax_amount"}
DELIVERY = {"delivery_rate": "tax_rate", "delivery_tax": "tax_amount"}
GIVEN = (*MONEY, *LINE, *DELIVERY, "discounts", "refusal")


def test_quotes_and_orders_cost_what_was_worked_out_by_hand(customer_api: APIClient, settings: LazySettings):
    for name, value in SETTINGS.items():
        setattr(settings, name, value)
    products = make_shop()
    quoted, placed, weights = {}, {}, {}

    for row in ROWS:
        settings.PRICES_INCLUDE_TAX = row["prices"] == "gross"
        settings.TAX_DESTINATION = row["taxed_at"]
        switch_on(parts_of(row["automatic"]))
        quote = customer_api.post(QUOTE, body_of(row, products))
        order = customer_api.post(ORDERS, body_of(row, products))
        assert quote.status_code == 200
        quoted[row["case"]] = shown(quote.json(), quote.json()["problems"])
        placed[row["case"]] = shown(order.json(), [] if order.status_code == 201 else [order.json()])
        weights[row["case"]] = str(quote.json()["weight_g"])

    assert len(ROWS) == 41
    expected = {row["case"]: expected_of(row) for row in ROWS}
    assert quoted == expected
    assert placed == expected
    assert weights == {row["case"]: row["weight_g"] for row in ROWS}


def parts_of(text: str) -> list[str]:
    return text.split(" + ") if text else []


def body_of(row: dict[str, str], products: dict[str, Product]) -> dict[str, Any]:
    lines = [part.split() for part in parts_of(row["items"])]
    address = {name: row[name] for name in ("country", "region", "postal_code")}
    street = {"name": "Анна Смирнова", "city": "Город", "line1": "Улица, 1"}
    return {
        "items": [{"product_id": products[name].pk, "quantity": int(count)} for count, name in lines],
        "delivery": {"method": row["method"]} if row["method"] else None,
        "shipping_address": address | street if row["country"] else None,
        "pickup_point": POINT if row["method"] == "parcel" else None,
        "coupon": row["coupon"] or None,
    }


def expected_of(row: dict[str, str]) -> dict[str, Any]:
    """Return what the row says, the discounts in any order; of a refused one only why."""
    if row["refusal"]:
        return {"refusal": row["refusal"]}
    return {name: row[name] for name in GIVEN} | {"discounts": sorted(parts_of(row["discounts"]))}


def shown(answer: dict[str, Any], problems: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a quote or an order as a row of the table has it."""
    if problems:
        (problem,) = problems
        return {"refusal": " ".join(filter(None, [problem["code"], problem.get("reason")]))}
    items, delivery = answer["items"], answer["delivery"] or dict.fromkeys(DELIVERY.values(), "")
    given = [(each["kind"], each["target"], each["amount"]) for each in answer["discounts"]]
    return {
        **{name: answer[name] for name in MONEY},
        **{name: " + ".join(line[member] or "-" for line in items) for name, member in LINE.items()},
        **{name: "-" if delivery[member] is None else delivery[member] for name, member in DELIVERY.items()},
        "discounts": sorted(" ".join(each) for each in given),
        "refusal": "",
    }
