"""In which order products are listed, and that pages neither overlap nor leave anything out."""

from datetime import UTC, datetime

import pytest

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_category, make_product, make_products
from apps.core.tests.answers import refusal_of

URL = "/api/v1/products/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def wares():
    """Make products whose names, prices and ages each give another order."""
    for name, price, year in (("b", "3.00", 2021), ("c", "1.00", 2022), ("a", "2.00", 2023)):
        product = make_product(name=name, price=price)
        Product.objects.filter(pk=product.pk).update(created_at=datetime(year, 1, 1, tzinfo=UTC))


def names(response):
    assert response.status_code == 200
    return "".join(product["name"] for product in response.json()["results"])


@pytest.mark.parametrize(
    ("ordering", "order"),
    [
        (None, "abc"),
        ("", "abc"),
        ("name", "abc"),
        ("-name", "cba"),
        ("price", "cab"),
        ("-price", "bac"),
        ("created_at", "bca"),
        ("-created_at", "acb"),
    ],
)
def test_products_come_in_the_wanted_order(api, wares, ordering, order):
    query = {} if ordering is None else {"ordering": ordering}

    assert names(api.get(URL, query)) == order


def test_second_word_of_the_order_decides_between_equals(api):
    for name, price in (("a", "1.00"), ("b", "2.00"), ("c", "2.00"), ("d", "1.00")):
        make_product(name=name, price=price)

    assert names(api.get(URL, {"ordering": "-price,name"})) == "bcad"
    assert names(api.get(URL, {"ordering": "price,-name"})) == "dacb"


def test_prices_are_ordered_as_numbers(api):
    for name, price in (("a", "9.00"), ("b", "10.00"), ("c", "100.00")):
        make_product(name=name, price=price)

    assert names(api.get(URL, {"ordering": "price"})) == "abc"


@pytest.mark.parametrize(
    "ordering",
    [
        "password",
        "pk",
        "id",
        "stock",
        "sku",
        "category__name",
        "--price",
        "-",
        "price;",
        "?",
        "name,password",
    ],
)
def test_order_by_anything_else_is_refused(api, wares, ordering):
    response = api.get(URL, {"ordering": ordering})

    assert refusal_of(response) == (400, "invalid_query", [("invalid_choice", "ordering")])


@pytest.mark.parametrize("ordering", [",", "name,", ",name", "name,,price"])
def test_order_with_nothing_between_the_commas_is_no_failure(api, wares, ordering):
    api.raise_request_exception = False

    response = api.get(URL, {"ordering": ordering})

    assert refusal_of(response)[:2] == (400, "invalid_query")


@pytest.mark.parametrize(
    "ordering", ["name,name", "price,-price", "name,price,-name", ",".join(["name"] * 500)]
)
def test_field_cannot_decide_twice(api, ordering):
    response = api.get(URL, {"ordering": ordering, "cursor": ""})

    assert refusal_of(response) == (400, "invalid_query", [("invalid", "ordering")])


@pytest.mark.parametrize("ordering", ["", "name", "-name", "price", "-price", "created_at", "-created_at"])
def test_pages_of_equal_products_neither_overlap_nor_leave_anything_out(api, ordering):
    products = make_products(45, name="same", price="1.00", category=make_category())
    Product.objects.update(created_at=datetime(2030, 1, 1, tzinfo=UTC))

    seen, address = [], f"{URL}?ordering={ordering}&page_size=10"
    while address:
        page = api.get(address).json()
        seen += [product["id"] for product in page["results"]]
        address = page["next"]

    assert len(seen) == 45
    assert seen == sorted(product.pk for product in products)
