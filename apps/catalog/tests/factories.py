"""Rows of the catalogue for tests, with only what matters to a test to be named in it."""

from datetime import datetime
from itertools import count
from typing import Any

from apps.catalog.models import Category, Product

_numbers = count(1)


def make_category(**values: Any) -> Category:
    return Category.objects.create(**_with_defaults("Category", values))


def make_categories(number: int, **values: Any) -> list[Category]:
    return Category.objects.bulk_create(
        Category(**_with_defaults("Category", values)) for _row in range(number)
    )


def make_product(**values: Any) -> Product:
    category = values.pop("category", None) or make_category()
    return Product.objects.create(**_product_defaults({**values, "category": category}))


def make_products(number: int, **values: Any) -> list[Product]:
    """Make products of one category, all at once."""
    category = values.pop("category", None) or make_category()
    return Product.objects.bulk_create(
        Product(**_product_defaults({**values, "category": category})) for _row in range(number)
    )


def on_the_wire(moment: datetime) -> str:
    """Return the moment as the API writes it."""
    return moment.isoformat().replace("+00:00", "Z")


def _product_defaults(values: dict[str, Any]) -> dict[str, Any]:
    return {"price": "10.00", "stock": 100, **_with_defaults("Product", values, sku="SKU")}


def _with_defaults(kind: str, values: dict[str, Any], **numbered: str) -> dict[str, Any]:
    number = next(_numbers)
    defaults = {"name": f"{kind} {number}", "slug": f"{kind.lower()}-{number}"}
    return {**defaults, **{field: f"{text}-{number}" for field, text in numbered.items()}, **values}
