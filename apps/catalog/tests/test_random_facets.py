"""Counts of facets and lists against brute force: two hundred random filters over random products."""

from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

import pytest

from apps.catalog.models import Attribute, AttributeValue, Product, ProductAttribute
from apps.catalog.tests.factories import make_attribute, make_category, make_products

LIST, FACETS = "/api/v1/products/", "/api/v1/products/facets/"
PRODUCTS, FILTERS = 150, 200
CHOICES = {"brand": 12, "color": 5, "tag": 8}  # numbers of values
CODES = (*CHOICES, "weight", "vegan")

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


class Row(NamedTuple):
    """A product as brute force sees it."""

    price: Decimal
    category: str
    stock: int
    held: dict[str, set[str]]


class Filter(NamedTuple):
    """A filter: its query, and what passes it."""

    query: list[str]
    limits: tuple[Decimal | None, Decimal | None]
    category: str | None
    in_stock: bool
    wanted: dict[str, Any]


def random_rows(random: Random) -> list[Row]:
    rows = []
    for _row in range(PRODUCTS):
        held = {
            "brand": {f"brand-{random.randrange(CHOICES['brand'])}"} if random.random() < 0.9 else set(),
            "color": {f"color-{random.randrange(CHOICES['color'])}" for _ in range(random.randrange(3))},
            "tag": {f"tag-{random.randrange(CHOICES['tag'])}" for _ in range(random.randrange(4))},
            "weight": {random.choice(["0", "1.5", "20", "100", "250.25"])}
            if random.random() < 0.8
            else set(),
            "vegan": {random.choice(["true", "false"])} if random.random() < 0.5 else set(),
        }
        price = Decimal(random.randrange(100, 10_000)) / 100
        rows.append(Row(price, random.choice(["tea", "coffee", "mugs"]), random.randrange(3), held))
    return rows


def stored(rows: list[Row]) -> None:
    categories = {slug: make_category(slug=slug) for slug in ("tea", "coffee", "mugs")}
    for code, number in CHOICES.items():
        values = {f"{code}-{each}": f"{code} {each}" for each in range(number)}
        if not (attribute := Attribute.objects.filter(code=code).first()):
            make_attribute(code, **values)
        else:
            AttributeValue.objects.bulk_create(
                AttributeValue(attribute=attribute, value=value, name_ru=name)
                for value, name in values.items()
            )
    make_attribute("weight", type="number")
    make_attribute("vegan", type="bool")
    products = make_products(PRODUCTS)
    for product, row in zip(products, rows, strict=True):
        product.price, product.stock = row.price, row.stock
        product.category = categories[row.category]
    Product.objects.bulk_update(products, ["price", "stock", "category"])
    attributes = {attribute.code: attribute for attribute in Attribute.objects.all()}
    choices = {value.value: value for value in AttributeValue.objects.all()}
    ProductAttribute.objects.bulk_create(
        ProductAttribute(product=product, attribute=attributes[code], **content(code, value, choices))
        for product, row in zip(products, rows, strict=True)
        for code, values in row.held.items()
        for value in values
    )


def content(code: str, value: str, choices: dict[str, AttributeValue]) -> dict[str, Any]:
    if code == "weight":
        return {"number": Decimal(value)}
    return {"bool": value == "true"} if code == "vegan" else {"value": choices[value]}


def random_filter(random: Random) -> Filter:
    query, wanted = [], {}
    for code in random.sample(CODES, random.randrange(4)):
        wanted[code], text = random_selection(random, code)
        query.append(f"attr[{code}]={text}")
    low = Decimal(random.randrange(60)) if random.random() < 0.3 else None
    high = Decimal(random.randrange(30, 110)) if random.random() < 0.3 else None
    category = random.choice(["tea", "coffee"]) if random.random() < 0.2 else None
    in_stock = random.random() < 0.2
    query += [f"price_min={low}"] * (low is not None) + [f"price_max={high}"] * (high is not None)
    query += [f"category={category}"] * (category is not None) + ["in_stock=true"] * in_stock
    return Filter(query, (low, high), category, in_stock, wanted)


def random_selection(random: Random, code: str) -> tuple[Any, str]:
    if code == "weight":
        low, high = random.choice([("0", "20"), ("1.5", ""), ("", "99.9"), ("20", "20"), ("300", "")])
        bounds = (Decimal(low or 0), Decimal(high or 10**6))
        return (lambda value: bounds[0] <= Decimal(value) <= bounds[1]), f"{low}..{high}"
    number = CHOICES.get(code)
    values = [f"{code}-{each}" for each in range(number)] if number else ["true", "false"]
    chosen = random.sample(values, random.randrange(1, 3))
    return (lambda value: value in chosen), ",".join(chosen)


def passing(rows: list[Row], wanted: Filter, *, beside: str = "") -> list[Row]:
    """Return the rows that pass the filter, but for the part of it that is left out."""
    low, high = (None, None) if beside == "price" else wanted.limits
    return [
        row
        for row in rows
        if (low is None or row.price >= low)
        and (high is None or row.price <= high)
        and wanted.category in {None, row.category}
        and (row.stock or not wanted.in_stock)
        and all(any(map(fits, row.held[code])) for code, fits in wanted.wanted.items() if code != beside)
    ]


def expected(rows: list[Row], wanted: Filter) -> dict[str, dict[str, int]]:
    counts = {}
    for code in CODES:
        held = [value for row in passing(rows, wanted, beside=code) for value in row.held[code]]
        counts[code] = {value: held.count(value) for value in held}
    return counts


def test_counts_are_those_of_brute_force(client):
    random = Random(16)
    rows = random_rows(random)
    stored(rows)
    found = 0

    for time in range(FILTERS):
        wanted = random_filter(random)
        query = "&".join(wanted.query)
        body = client.get(f"{FACETS}?facets={','.join(CODES)}&{query}").json()
        prices = [row.price for row in passing(rows, wanted, beside="price")]
        counts = {
            facet["code"]: {each["value"]: each["count"] for each in facet["values"] if each["count"]}
            for facet in body["facets"]
        }
        assert counts == expected(rows, wanted), query
        ends = (f"{min(prices):.2f}", f"{max(prices):.2f}") if prices else (None, None)
        assert tuple(body["price"].values()) == ends, query
        found += bool(passing(rows, wanted))
        if time % 4 == 0:
            listed = client.get(f"{LIST}?page_size=1&{query}").json()
            assert listed["count"] == len(passing(rows, wanted)), query

    assert found > FILTERS / 2  # most filters find something
