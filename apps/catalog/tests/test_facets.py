"""Facets: counts as brute force makes them, the range of prices, and what nobody can ask for."""

import pytest

from apps.catalog.tests.factories import give, make_attribute, make_category, make_product
from apps.core.tests.answers import refusal_of

URL = "/api/v1/products/facets/"
pytestmark = [pytest.mark.embedded, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def shop(db):
    """Make four products of three brands, in two colours, two of them vegan."""
    make_attribute("color", position=2, name_en="Colour", red="Красный", blue="Синий", green="Зелёный")
    make_attribute("weight", position=3, type="number", unit="g")
    make_attribute("vegan", position=4, type="bool")
    make_attribute("origin", position=5, type="text")
    tea = make_category(slug="tea")
    give(make_product(price="10.00", category=tea), color="red", weight="100.50", vegan=True, origin="x")
    give(make_product(price="20.00", category=tea), color=["red", "blue"], weight=7, vegan=True)
    give(make_product(price="30.00"), color="blue", vegan=False)
    give(make_product(price="40.00"), color="blue", weight=7)
    give(make_product(price="99.00", is_active=False), color="green")


def facets(response):
    """Return the counts by code and value; of a selected value as a list."""
    assert response.status_code == 200
    return {
        facet["code"]: {
            each["value"]: [each["count"]] if each["selected"] else each["count"] for each in facet["values"]
        }
        for facet in response.json()["facets"]
    }


def prices(response):
    return tuple(response.json()["price"].values())


ALL = {
    "brand": {},
    "tag": {},
    "color": {"red": 2, "blue": 3},
    "weight": {"7": 2, "100.5": 1},
    "vegan": {"true": 2, "false": 1},
}


def test_all_filters_are_counted(api):
    response = api.get(URL, headers={"accept-language": "en"})

    assert response.json() == {
        "facets": [
            {"code": "brand", "name": "Brand", "values": []},
            {"code": "tag", "name": "Tag", "values": []},
            {
                "code": "color",
                "name": "Colour",
                "values": [
                    {"value": "red", "label": "Красный", "count": 2, "selected": False},
                    {"value": "blue", "label": "Синий", "count": 3, "selected": False},
                ],
            },
            {
                "code": "weight",
                "name": "Weight",
                "values": [
                    {"value": "7", "label": "7 g", "count": 2, "selected": False},
                    {"value": "100.5", "label": "100.5 g", "count": 1, "selected": False},
                ],
            },
            {
                "code": "vegan",
                "name": "Vegan",
                "values": [
                    {"value": "true", "label": "yes", "count": 2, "selected": False},
                    {"value": "false", "label": "no", "count": 1, "selected": False},
                ],
            },
        ],
        "price": {"min": "10.00", "max": "40.00"},
        "currency": "RUB",
        "counts_exact": True,
    }


@pytest.mark.parametrize(
    ("query", "counts", "price"),
    [
        ("facets=color", {"color": ALL["color"]}, ("10.00", "40.00")),
        ("facets=vegan,color,vegan", {"vegan": ALL["vegan"], "color": ALL["color"]}, ("10.00", "40.00")),
        ("facets=&attr[color]=", ALL, ("10.00", "40.00")),
        (
            "facets=color,vegan&attr[color]=red",
            {"color": {"red": [2], "blue": 3}, "vegan": {"true": 2}},
            ("10.00", "20.00"),
        ),
        ("facets=color&attr[color]=green", {"color": {"red": 2, "blue": 3, "green": [0]}}, (None, None)),
        ("facets=vegan&attr[color]=green", {"vegan": {}}, (None, None)),
        (
            "facets=color,vegan,weight&attr[color]=blue&attr[vegan]=true",
            {"color": {"red": 2, "blue": [1]}, "vegan": {"true": [1], "false": 1}, "weight": {"7": 1}},
            ("20.00", "20.00"),
        ),
        ("facets=weight&attr[weight]=50..", {"weight": {"7": 2, "100.5": [1]}}, ("10.00", "10.00")),
        ("facets=color&price_min=15&price_max=35", {"color": {"red": 1, "blue": 2}}, ("10.00", "40.00")),
        ("facets=color&price_min=15&category=tea", {"color": {"red": 1, "blue": 1}}, ("10.00", "20.00")),
        ("facets=color&search=nothing-like-it", {"color": {}}, (None, None)),
        ("facets=color&in_stock=false", {"color": {}}, (None, None)),
    ],
)  # fmt: skip
def test_each_facet_ignores_what_is_chosen_of_it_and_prices_their_filter(api, query, counts, price):
    response = api.get(f"{URL}?{query}")

    assert facets(response) == counts
    assert prices(response) == price
    assert response.json()["counts_exact"] is True


def test_staff_count_what_is_off_sale(api, staff_api):
    assert facets(staff_api.get(f"{URL}?facets=color&is_active=false")) == {"color": {"green": 1}}
    assert facets(api.get(f"{URL}?facets=color&is_active=false")) == {"color": {}}


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("facets=colour", [("does_not_exist", "facets")]),
        ("facets=color,", [("does_not_exist", "facets")]),
        ("facets=origin", [("does_not_exist", "facets")]),
        ("facets=%00", [("null_characters_not_allowed", "facets")]),
        ("facets=color&facets=vegan", [("duplicate_parameter", "facets")]),
        ("attr[color]=pink", [("does_not_exist", "attr[color]")]),
        ("attr[size]=xl", [("does_not_exist", "attr[size]")]),
        ("price_min=x&in_stock=maybe", [("invalid", "price_min"), ("invalid", "in_stock")]),
        ("category=coffee", [("does_not_exist", "category")]),
        ("page=2", [("unknown_parameter", "page")]),
        ("ordering=price", [("unknown_parameter", "ordering")]),
    ],
)
def test_what_nobody_can_ask_for_is_refused(api, query, errors):
    status, code, found = refusal_of(api.get(f"{URL}?{query}"))

    assert (status, code, sorted(found)) == (400, "invalid_query", sorted(errors))


@pytest.mark.parametrize(
    ("query", "statements"),
    [
        ("", 3),  # attributes, counts, names of values
        ("facets=weight", 2),
        ("price_min=15", 4),
        ("category=tea", 5),
        ("attr[color]=red", 6),  # which value that is, whether its products are few, and counts without it
        ("attr[color]=red&attr[weight]=7&attr[vegan]=true", 11),
        ("attr[color]=red&attr[weight]=7&attr[vegan]=true&price_max=50", 13),
    ],
)
def test_one_statement_counts_all_facets_of_which_nothing_is_chosen(
    api, query, statements, django_assert_num_queries
):
    with django_assert_num_queries(statements):
        first = api.get(f"{URL}?{query}")
    with django_assert_num_queries(0):
        assert api.get(f"{URL}?{query}").content == first.content


@pytest.mark.parametrize("query", ["search=кружки", "search=rhe;rf&attr[vegan]=true", "search=кружка"])
def test_search_that_the_list_widens_is_counted_as_widened(api, query):
    give(make_product(name="Кружка", price="7.00"), color="green", vegan=True)

    response = api.get(f"{URL}?facets=color&{query}")

    assert api.get(f"/api/v1/products/?{query}").json()["count"] == 1
    assert (facets(response), prices(response)) == ({"color": {"green": 1}}, ("7.00", "7.00"))


@pytest.mark.django_db(transaction=True)
def test_counts_are_those_of_now(api):
    assert facets(api.get(f"{URL}?facets=vegan")) == {"vegan": {"true": 2, "false": 1}}

    give(make_product(), vegan=False)

    assert facets(api.get(f"{URL}?facets=vegan")) == {"vegan": {"true": 2, "false": 2}}


def test_too_many_products_are_not_counted(api, monkeypatch):
    monkeypatch.setattr("apps.catalog.facets.MOST_COUNTED", 3)

    response = api.get(f"{URL}?attr[vegan]=true")

    assert response.json()["counts_exact"] is False
    # Four products without the filter of `vegan`, of which three is the most; two with it.
    assert facets(response) == {
        "brand": {},
        "tag": {},
        "color": {"red": 2, "blue": 1},
        "weight": {"7": 1, "100.5": 1},
        "vegan": {"true": [None], "false": None},
    }
    assert prices(response) == ("10.00", "20.00")


def test_what_is_not_counted_has_all_its_choices_and_the_ends_of_its_numbers(api, monkeypatch):
    monkeypatch.setattr("apps.catalog.facets.MOST_COUNTED", 3)
    give(make_product(is_active=False), weight=9)

    response = api.get(URL)

    assert facets(response) == {
        "brand": {},
        "tag": {},
        "color": {"red": None, "blue": None, "green": None},
        "weight": {"7": None, "100.5": None},
        "vegan": {"true": None, "false": None},
    }
    assert prices(response) == (None, None)
    assert response.json()["counts_exact"] is False
