"""Staff's search where so many customers or lines have the text that they are not gathered one by one."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_product
from apps.orders.models import order_queries
from apps.orders.tests.factories import make_order
from apps.users.models import User

ALL = "/api/v1/admin/orders/"


@pytest.mark.parametrize("few", [2, 1, 0])
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("anna", ["anna's mug"]),
        ("example", ["boris's cup", "anna's mug"]),
        ("BORIS@", ["boris's cup"]),
        ("mug-1", ["anna's mug"]),
        ("-1", ["boris's cup", "anna's mug"]),
        ("nobody", []),
    ],
)
def test_search_finds_the_same_however_many_have_the_text(
    staff_api: APIClient,
    make_user: Callable[..., User],
    monkeypatch: pytest.MonkeyPatch,
    few: int,
    text: str,
    found: list[str],
):
    monkeypatch.setattr(order_queries, "FEW", few)
    names = {}
    for name, sku in (("anna", "MUG-1"), ("boris", "CUP-1")):
        buyer = make_user(username=name, email=f"{name}@shop.example.com")
        names[make_order(buyer, {make_product(sku=sku): 1}).pk] = f"{name}'s {sku[:3].lower()}"

    response = staff_api.get(f"{ALL}?search={text}")

    assert [names[row["id"]] for row in response.json()["results"]] == found
    assert response.json()["count"] == len(found)
