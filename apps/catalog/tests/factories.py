"""Rows of the catalogue for tests, with only what matters to a test to be named in it."""

from itertools import count
from typing import Any

from apps.catalog.models import Category, Product

_numbers = count(1)


def make_category(**values: Any) -> Category:
    number = next(_numbers)
    return Category.objects.create(**{"name": f"Category {number}", "slug": f"category-{number}", **values})


def make_product(**values: Any) -> Product:
    number = next(_numbers)
    defaults = {"name": f"Product {number}", "slug": f"product-{number}", "sku": f"SKU-{number}"}
    category = values.pop("category", None) or make_category()
    return Product.objects.create(**{**defaults, "price": "10.00", "stock": 100, "category": category,
    **values})
