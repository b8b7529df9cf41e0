"""Filters of the product list by attributes: values, ranges, and what nobody can filter by."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.tests.factories import give, make_attribute, make_product
from apps.core.tests.answers import problem, problem_of, refusal_of
from apps.store.configuration_cache import current_configuration

URL = "/api/v1/products/"
pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def shop(db):
    """Make four products that are called by what they are."""
    make_attribute("color", red="Красный", blue="Синий", green="Зелёный")
    make_attribute("weight", type="number", unit="g")
    make_attribute("vegan", type="bool")
    make_attribute("origin", type="text")
    make_attribute("supplier", is_filter=False, acme="Acme")
    give(make_product(name="red 100"), color="red", weight=100, vegan=True, origin="Nepal", supplier="acme")
    give(make_product(name="red blue 250.5"), color=["red", "blue"], weight="250.5", vegan=False)
    give(make_product(name="blue 500"), color="blue", weight=500, vegan=True)
    make_product(name="plain")


def names(response):
    assert response.status_code == 200
    return [product["name"] for product in response.json()["results"]]


RED, BOTH, BLUE, PLAIN = "red 100", "red blue 250.5", "blue 500", "plain"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("attr[color]=red", [RED, BOTH]),
        ("attr[color]=red,blue", [BLUE, RED, BOTH]),
        ("attr[color]=red,red", [RED, BOTH]),
        ("attr%5Bcolor%5D=blue", [BLUE, BOTH]),
        ("attr[color]=green", []),
        ("attr[weight]=100..500", [BLUE, RED, BOTH]),
        ("attr[weight]=100.01..499.99", [BOTH]),
        ("attr[weight]=250.5..", [BLUE, BOTH]),
        ("attr[weight]=..250.5", [RED, BOTH]),
        ("attr[weight]=250.50", [BOTH]),
        ("attr[weight]=..100,500..", [BLUE, RED]),
        ("attr[weight]=500..100", []),
        ("attr[weight]=-1..1", []),
        ("attr[vegan]=true", [BLUE, RED]),
        ("attr[vegan]=false", [BOTH]),
        ("attr[vegan]=true,false", [BLUE, RED, BOTH]),
        ("attr[color]=red&attr[vegan]=true", [RED]),
        ("attr[color]=blue&attr[weight]=..300", [BOTH]),
        ("attr[color]=blue&price_max=9", []),
        ("attr[color]=red&search=blue", [BOTH]),
        ("attr[color]=&attr[weight]=", [BLUE, PLAIN, RED, BOTH]),
        ("attr[color]=red,blue&ordering=-name&page_size=1&page=2", [RED]),
        ("attr[color]=red,blue&cursor=&page_size=1", [BLUE]),
    ],
)
def test_list_is_narrowed_down(api, query, found):
    assert names(api.get(f"{URL}?{query}")) == found


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("attr[colour]=red", [("does_not_exist", "attr[colour]")]),
        ("attr[]=red", [("does_not_exist", "attr[]")]),
        ("attr[color][0]=red", [("does_not_exist", "attr[color][0]")]),
        ("attr[color%00]=red", [("does_not_exist", "attr[color\0]")]),
        ("attr[supplier]=acme", [("does_not_exist", "attr[supplier]")]),
        ("attr[origin]=Nepal", [("does_not_exist", "attr[origin]")]),
        ("attr[color]=pink", [("does_not_exist", "attr[color]")]),
        ("attr[color]=Red", [("does_not_exist", "attr[color]")]),
        ("attr[color]=%00", [("does_not_exist", "attr[color]")]),
        ("attr[color]=red,", [("invalid", "attr[color]")]),
        ("attr[color]=red&attr[color]=blue", [("duplicate_parameter", "attr[color]")]),
        ("attr[weight]=heavy", [("invalid", "attr[weight]")]),
        ("attr[weight]=..", [("invalid", "attr[weight]")]),
        ("attr[weight]=1..2..3", [("invalid", "attr[weight]")]),
        ("attr[weight]=1e3", [("invalid", "attr[weight]")]),
        ("attr[weight]=1...5", [("invalid", "attr[weight]")]),
        (f"attr[weight]={'9' * 400}", [("max_digits", "attr[weight]")]),
        ("attr[vegan]=yes", [("invalid", "attr[vegan]")]),
        ("attr[color]=pink&attr[vegan]=2", [("does_not_exist", "attr[color]"), ("invalid", "attr[vegan]")]),
        ("attr=red", [("unknown_parameter", "attr")]),
        ("attr[color=red", [("unknown_parameter", "attr[color")]),
        ("attribute[color]=red", [("unknown_parameter", "attribute[color]")]),
    ],
)
def test_what_nobody_can_filter_by_is_refused(api, query, errors):
    assert refusal_of(api.get(f"{URL}?{query}")) == (400, "invalid_query", errors)


def test_refusal_tells_the_value(api):
    response = api.get(f"{URL}?attr[color]=pink,red", headers={"accept-language": "en"})

    assert problem_of(response) == problem(
        400,
        "invalid_query",
        "Some query parameters are unknown or invalid.",
        errors=[
            {"code": "does_not_exist", "detail": "There is no value “pink”.", "parameter": "attr[color]"}
        ],
    )


def test_pages_by_cursor_keep_the_filter(api):
    first = api.get(f"{URL}?attr[color]=red,blue&cursor=&page_size=2").json()
    second = api.get(first["next"]).json()

    assert [product["name"] for page in (first, second) for product in page["results"]] == [BLUE, RED, BOTH]


def test_one_cached_answer_serves_all_spellings_of_a_filter(api, django_assert_num_queries):
    first = api.get(f"{URL}?attr[vegan]=true,false&attr[color]=red,blue")

    for query in (
        "attr[color]=blue,red&attr[vegan]=false,true",
        "attr%5Bcolor%5D=blue%2Cred&attr%5bvegan%5d=true,false,true",
    ):
        with django_assert_num_queries(0):
            assert api.get(f"{URL}?{query}").content == first.content
    assert names(api.get(f"{URL}?attr[vegan]=true&attr[color]=red,blue")) == [BLUE, RED]


@pytest.mark.parametrize(
    ("query", "statements"),
    [
        ("attr[color]=red", 3),
        ("attr[color]=red,blue&attr[vegan]=true&attr[weight]=1..", 3),
        ("attr[weight]=1..", 2),
    ],
)
def test_filters_take_at_most_three_statements_more(api, query, statements):
    current_configuration()
    with CaptureQueriesContext(connection) as plain:
        api.get(URL)
    with CaptureQueriesContext(connection) as filtered:
        api.get(f"{URL}?{query}")

    assert len(filtered) - len(plain) == statements
