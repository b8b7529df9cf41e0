"""Products in the list and by themselves: what is shown of them."""

import pytest

from apps.catalog.tests.factories import BARE, FOUND_AS_ASKED, PLAIN, make_category, make_product
from apps.core.tests.answers import on_the_wire, refusal_of

URL = "/api/v1/products/"
UNKNOWN = 10**15  # an id that no row has
pytestmark = pytest.mark.django_db


def test_list_shows_products_with_their_categories(api):
    tea = make_category(name="Чай", slug="chai")
    leaves = make_product(
        name="leaves", slug="leaves", sku="T-1", price="3.50", stock=7, description="Green.", category=tea
    )
    bags = make_product(name="bags", slug="bags", sku="T-2", price="0.99", stock=0, category=tea)
    same = {"currency": "RUB", "is_active": True, "category": {"id": tea.pk, "name": "Чай", "slug": "chai"}}
    same |= PLAIN

    response = api.get(URL)

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert response.json() == {
        "count": 2,
        "next": None,
        "previous": None,
        **FOUND_AS_ASKED,
        "results": [
            {
                "id": bags.pk,
                "name": "bags",
                "slug": "bags",
                "sku": "T-2",
                "description": "",
                "price": "0.99",
                "stock": 0,
                **same,
                **times_of(bags),
            },
            {
                "id": leaves.pk,
                "name": "leaves",
                "slug": "leaves",
                "sku": "T-1",
                "description": "Green.",
                "price": "3.50",
                "stock": 7,
                **same,
                **times_of(leaves),
            },
        ],
    }


def test_detail_shows_what_the_list_shows_and_more(api):
    leaves = make_product()

    [listed] = api.get(URL).json()["results"]

    assert api.get(f"{URL}{leaves.pk}/").json() == {**listed, **BARE}


def test_product_that_does_not_exist_is_not_there(api):
    assert refusal_of(api.get(f"{URL}{UNKNOWN}/")) == (404, "not_found", [])


def test_currency_is_that_of_the_store(api, settings):
    settings.STORE_CURRENCY = "EUR"
    leaves = make_product()

    assert api.get(f"{URL}{leaves.pk}/").json()["currency"] == "EUR"


def times_of(product):
    return {name: on_the_wire(getattr(product, name)) for name in ("created_at", "updated_at")}
