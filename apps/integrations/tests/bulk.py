"""Requests of another system, each with a key of its own."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from rest_framework.test import APIClient

PRODUCTS, STOCK = "/api/v1/admin/products/bulk/", "/api/v1/admin/stock/bulk/"
_numbers = count(1)


def post(client: APIClient, path: str, body: Any, *, key: str = "") -> Any:
    headers = {"Idempotency-Key": key or f"bulk-{next(_numbers)}", "Accept-Language": "en"}
    return client.post(path, body, headers=headers)


def upsert(client: APIClient, *products: Any, on_error: str = "reject_all") -> Any:
    return post(client, PRODUCTS, {"on_error": on_error, "products": list(products)})


def move(client: APIClient, *rows: Any) -> Any:
    return post(client, STOCK, {"reason": "nightly", "rows": list(rows)})


def statuses(response: Any) -> list[str]:
    return [row["status"] for row in response.json()["rows"]]


def faults(response: Any) -> list[tuple[int, str, str]]:
    """Return index, code and pointer of each fault of each row."""
    return [
        (row["index"], fault["code"], fault["pointer"])
        for row in response.json()["rows"]
        for fault in row["errors"]
    ]


def shelf(category: Any, number: int, **values: Any) -> list[Mapping[str, Any]]:
    """Return rows of so many new products."""
    return [
        {"sku": f"S-{each}", "name": f"Thing {each}", "price": "5.00", "category": category.pk, **values}
        for each in range(number)
    ]
