"""Numbers in a query are plain digits: no exponent, plus, space, underscore or digit of another script."""

import pytest
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_product
from apps.common.tests.answers import refusal_of

PRODUCTS, CATEGORIES, ALL_ORDERS = "/api/v1/products/", "/api/v1/categories/", "/api/v1/admin/orders/"
NUMBERS = [
    *[(PRODUCTS, name) for name in ("price_min", "price_max", "page", "page_size")],
    (CATEGORIES, "parent"),
    *[(ALL_ORDERS, name) for name in ("user", "total_min", "total_max", "page", "page_size")],
]
WRONG = {
    "an exponent": "1e3",
    "a plus": "%2B5",
    "a plus that became a space": "+5",
    "full-width digits": "１２",
    "Arabic digits": "٣",
    "an underscore": "1_000",
    "a space before": "%205",
    "a space after": "5%20",
    "a line feed": "5%0A",
    "a no-break space": "%C2%A05",
    "NaN": "NaN",
    "infinity": "Infinity",
    "hexadecimal": "0x1F",
    "a comma": "1,5",
    "thousands": "1,000",
    "a point alone": "5.",
    "no digit before the point": ".5",
    "two signs": "--5",
    "a superscript": "²",
    "a sign of minus": "−5",
    "two numbers": "1 2",
}

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize(("address", "parameter"), NUMBERS)
def test_what_is_no_plain_number_is_refused(staff_api: APIClient, address: str, parameter: str, wrong: str):
    response = staff_api.get(f"{address}?{parameter}={WRONG[wrong]}")

    assert refusal_of(response) == (400, "invalid_query", [("invalid", parameter)])


@pytest.mark.parametrize("wrong", ["%2B{id}", "%20{id}", "{id}%20", "{id}.0", "{id}e0", "{id}_0"])
def test_id_of_a_category_is_plain_too(api: APIClient, wrong: str):
    category_id = make_product().category_id

    response = api.get(f"{PRODUCTS}?category={wrong.format(id=category_id)}")

    assert refusal_of(response) == (400, "invalid_query", [("does_not_exist", "category")])


@pytest.mark.parametrize(
    "query", ["price_min=9.99&price_max=10", "price_min=10.0", "price_min=-5", "price_min=0010"]
)
def test_plain_amounts_are_read(api: APIClient, query: str):
    make_product(price="10.00")

    assert api.get(f"{PRODUCTS}?{query}").json()["count"] == 1
