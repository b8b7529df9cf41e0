"""Cursors of products that are refused, and what does not go with one."""

from urllib.parse import parse_qs, urlsplit

import pytest

from apps.catalog.tests.factories import make_products
from apps.core.tests.answers import refusal_of
from conftest import signed_in

PRODUCTS = "/api/v1/products/"
pytestmark = pytest.mark.django_db


def ids(answer):
    assert answer.status_code == 200
    return [row["id"] for row in answer.json()["results"]]


def cursor_of(client, address):
    link = client.get(address).json()["next"]
    return parse_qs(urlsplit(link).query)["cursor"][0]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda cursor: "x",
        lambda cursor: cursor[:-1],
        lambda cursor: cursor + "a",
        lambda cursor: "A" + cursor[1:],
        lambda cursor: cursor.split(":")[0],
        lambda cursor: ":" + cursor.split(":")[1],
        lambda cursor: cursor * 20,
        lambda cursor: "Ж",
        lambda cursor: "\x00",
    ],
)
def test_what_is_no_cursor_is_refused(api, spoil):
    make_products(3)
    cursor = cursor_of(api, f"{PRODUCTS}?cursor=&page_size=1")

    response = api.get(PRODUCTS, {"cursor": spoil(cursor), "page_size": 1})

    assert refusal_of(response) == (400, "invalid_query", [("invalid", "cursor")])


@pytest.mark.parametrize(
    "query", ["", "ordering=-name", "ordering=name", "search=product", "in_stock=true", "price_min=2"]
)
def test_cursor_of_other_filters_or_another_order_is_refused(api, query):
    make_products(3)
    cursor = cursor_of(api, f"{PRODUCTS}?cursor=&page_size=1&price_min=1")

    response = api.get(f"{PRODUCTS}?{query}", {"cursor": cursor, "page_size": 1})

    assert refusal_of(response) == (400, "invalid_query", [("invalid", "cursor")])


def test_everybody_s_cursors_of_the_products_are_the_same(api, customer):
    make_products(2)
    address = f"{PRODUCTS}?cursor=&page_size=1"

    assert cursor_of(api, address) == cursor_of(signed_in(customer), address)


@pytest.mark.parametrize("other", ["page=1", "page=2", "page=x", "count=true"])
def test_cursor_has_neither_number_nor_count(api, other):
    response = api.get(f"{PRODUCTS}?cursor=&{other}")

    assert refusal_of(response) == (400, "invalid_query", [("conflict", "cursor")])


@pytest.mark.parametrize("harmless", ["page=", "count=false", "count="])
def test_cursor_goes_with_what_asks_for_neither(api, harmless):
    (product,) = make_products(1)

    assert ids(api.get(f"{PRODUCTS}?cursor=&{harmless}")) == [product.pk]


@pytest.mark.parametrize("size", ["0", "101", "x"])
def test_size_of_a_page_by_cursor_is_checked_too(api, size):
    response = api.get(f"{PRODUCTS}?cursor=&page_size={size}")

    assert refusal_of(response) == (400, "invalid_query", [("invalid", "page_size")])


@pytest.mark.parametrize("address", ["categories/", "products/1/"])
def test_other_addresses_know_no_cursor(api, address):
    response = api.get(f"/api/v1/{address}?cursor=")

    assert refusal_of(response)[2] == [("unknown_parameter", "cursor")]
