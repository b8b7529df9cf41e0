"""Numbers are plain digits: no exponent, plus, space, underscore, leading zero or digit of another script."""

import json

import pytest
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_category, make_product
from apps.core.tests.answers import refusal_of
from tests.support.parameters import spread

PRODUCTS, CATEGORIES = "/api/v1/products/", "/api/v1/categories/"
ORDERS, ALL_ORDERS = "/api/v1/orders/", "/api/v1/admin/orders/"
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
    "a zero before": "05",
    "a sign of minus": "−5",
    "two numbers": "1 2",
}

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("number", "wrong"), spread(NUMBERS, list(WRONG), each=5))
def test_what_is_no_plain_number_is_refused(staff_api: APIClient, number: tuple[str, str], wrong: str):
    address, parameter = number

    response = staff_api.get(f"{address}?{parameter}={WRONG[wrong]}")

    assert refusal_of(response) == (400, "invalid_query", [("invalid", parameter)])


@pytest.mark.parametrize("wrong", ["%2B{id}", "%20{id}", "{id}%20", "{id}.0", "{id}e0", "{id}_0", "0{id}"])
def test_id_of_a_category_is_plain_too(api: APIClient, wrong: str):
    category_id = make_product().category_id

    response = api.get(f"{PRODUCTS}?category={wrong.format(id=category_id)}")

    assert refusal_of(response) == (400, "invalid_query", [("does_not_exist", "category")])


@pytest.mark.parametrize(
    "query", ["price_min=9.99&price_max=10", "price_min=10.0", "price_min=-5", "price_min=0", "price_min=0.5"]
)
def test_plain_amounts_are_read(api: APIClient, query: str):
    make_product(price="10.00")

    assert api.get(f"{PRODUCTS}?{query}").json()["count"] == 1


def test_slug_may_begin_with_a_zero(api: APIClient):
    make_product(category=make_category(slug="007"))

    assert api.get(f"{PRODUCTS}?category=007").json()["count"] == 1


def send(client: APIClient, address: str, **written: str):
    """Send a body whose members are written as they stand, by which no encoder could spell a number anew."""
    body = ", ".join(f'"{name}": {text}' for name, text in written.items())
    return client.post(address, f"{{{body}}}", content_type="application/json")


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        *[("10", "10.00"), ("10.5", "10.50"), ("10.50", "10.50"), ("0", "0.00"), ("0.1", "0.10")],
        *[('"10"', "10.00"), ('"10.5"', "10.50"), ('"10.50"', "10.50"), ('"0"', "0.00"), ('"0.00"', "0.00")],
        *[("99999999.99", "99999999.99"), ('"99999999.99"', "99999999.99")],
    ],
)
def test_price_is_read_from_a_number_and_from_a_text(staff_api: APIClient, written: str, amount: str):
    category = str(make_category().pk)

    response = send(staff_api, PRODUCTS, name='"Mug"', sku='"M"', price=written, category=category)

    assert (response.status_code, response.json().get("price")) == (201, amount)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *[(number, "invalid") for number in ("1e2", "1E0", "1e-1", "1.5e1", "-0.0", "1e999", "0.0000001")],
        *[
            (json.dumps(text), "invalid")
            for text in ("1e2", "-0", "-0.00", "007.50", "00", "+1", "１", "1_000")
        ],
        *[("19.999999999999999999", "max_digits"), ("1.999", "max_decimal_places"), ("-0.01", "min_value")],
    ],
)
def test_price_in_another_spelling_is_refused(staff_api: APIClient, written: str, code: str):
    category = str(make_category().pk)

    response = send(staff_api, PRODUCTS, name='"Mug"', sku='"M"', price=written, category=category)

    assert refusal_of(response) == (400, "validation_error", [(code, "/price")])


@pytest.mark.parametrize("written", ["2.0", "2e0", '"2"', '"02"', "2.5", "true"])
def test_pieces_are_whole_numbers_without_fraction_and_exponent(staff_api: APIClient, written: str):
    movements = f"/api/v1/admin/products/{make_product().pk}/stock-movements/"

    response = send(staff_api, movements, count=written, reason='"recount"')

    assert refusal_of(response) == (400, "validation_error", [("invalid", "/count")])


def test_order_is_placed_once_however_its_total_is_written(customer_api: APIClient):
    line = f'[{{"product_id": {make_product(price="10.50").pk}, "quantity": 1}}]'
    customer_api.defaults["HTTP_IDEMPOTENCY_KEY"] = '"one"'

    first, again = (
        send(customer_api, ORDERS, items=line, expected_total=total) for total in ("10.5", "10.50")
    )

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
