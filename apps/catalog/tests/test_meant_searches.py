"""Searches that find nothing, and what is found instead: by stems, other keys or letters, without typos."""

import pytest

from apps.catalog.models import Product
from apps.catalog.tests.factories import FOUND_AS_ASKED, make_category, make_product, make_products
from apps.catalog.word_table import refresh_search_words
from apps.core.tests.answers import refusal_of

URL = "/api/v1/products/"

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


@pytest.fixture
def shop():
    category = make_category()
    for sku, name in (
        ("CUP", "Кружка с котом"),
        ("TEA", "Чай зелёный"),
        ("POT", "Чайник"),
        ("MUG", "Berry mug"),
    ):
        make_product(sku=sku, name=name, category=category)
    refresh_search_words()
    return category


def told(answer):
    """Return the skus of the page, and what it says that they were found by."""
    page = answer.json()
    skus = sorted(row["sku"] for row in page["results"])
    return skus, page["search_widened"], page["did_you_mean"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("чай", (["POT", "TEA"], False, None)),
        ("кружки", (["CUP"], True, None)),
        ("кружки с котами", (["CUP"], True, None)),
        ("mugs berries", (["MUG"], True, None)),
        ("xfq", (["POT", "TEA"], False, "чай")),
        ("xfq ptktysq", (["TEA"], False, "чай зеленый")),
        ("rhe;rb", (["CUP"], True, "кружки")),
        ("chainik", (["POT"], False, "чайник")),
        ("kruzhki", (["CUP"], True, "кружки")),
        ("чйаник", (["POT"], False, "чайник")),
        ("зелений чай", (["TEA"], True, None)),
        ("зелоный чай", (["TEA"], False, "зеленый чай")),
        ("xfq зелоный", (["TEA"], False, "чай зеленый")),  # each word as it is likeliest
        ("bevry mug", (["MUG"], False, "berry mug")),
        ("ничего", ([], False, None)),
        ("яя", ([], False, None)),
        ("%", ([], False, None)),
    ],
)
def test_what_is_found_instead(api, shop, search, found):
    assert told(api.get(URL, {"search": search})) == found


@pytest.mark.parametrize("query", ["", "?ordering=-price", "?cursor=", "?count=false", "?search="])
def test_list_tells_that_it_was_found_by_what_was_asked_for(api, shop, query):
    assert api.get(f"{URL}{query}").json().items() >= FOUND_AS_ASKED.items()


@pytest.mark.parametrize(
    "query", [{"ordering": "name"}, {"cursor": ""}, {"count": "false"}, {"collapse": "true"}]
)
def test_other_search_has_the_form_that_was_asked_for(api, shop, query):
    assert told(api.get(URL, {"search": "xfq", **query})) == (["POT", "TEA"], False, "чай")


@pytest.mark.parametrize("query", ["", "&ordering=name", "&cursor="])
def test_pages_of_another_search_lead_to_each_other(api, shop, query):
    first = api.get(f"{URL}?search=xfq&page_size=1{query}")
    second = api.get(first.json()["next"])
    back = api.get(second.json()["previous"])

    pages = [told(page) for page in (first, second, back)]
    assert pages == [(["TEA"], False, "чай"), (["POT"], False, "чай"), (["TEA"], False, "чай")]
    assert second.json()["next"] is None


def test_page_beyond_the_end_is_refused(api, shop):
    for search in ("чай", "xfq", "ничего"):
        answer = api.get(URL, {"search": search, "page": 3})
        assert answer.status_code == 404, search


def test_other_filters_hold_for_another_search(api, shop):
    make_product(sku="DEAR", name="Чай красный", price="90.00", category=shop)

    assert told(api.get(URL, {"search": "xfq", "price_min": "50"})) == (["DEAR"], False, "чай")
    assert told(api.get(URL, {"search": "xfq", "price_min": "100"})) == ([], False, None)


def test_staff_find_what_is_off_sale(staff_api, shop):
    Product.objects.filter(sku="POT").update(is_active=False)

    found = staff_api.get(URL, {"search": "xfq", "is_active": "false"})

    assert told(found) == (["POT"], False, "чай")


def test_search_that_is_too_long_in_the_other_alphabet_is_shortened(api, shop):
    assert told(api.get(URL, {"search": "щ" * 60})) == ([], False, None)
    assert refusal_of(api.get(URL, {"search": "щ" * 65})) == (
        400,
        "invalid_query",
        [("word_too_long", "search")],
    )


def test_search_that_finds_something_asks_for_nothing_else(api, shop, monkeypatch):
    monkeypatch.setattr("apps.catalog.api.searches.meant_searches", None)

    for query in ({}, {"ordering": "name"}, {"cursor": ""}):
        assert told(api.get(URL, {"search": "чай", **query}))[1:] == (False, None)


@pytest.mark.parametrize("number", [1, 40])
def test_search_for_nothing_takes_so_many_statements_at_most(api, number, django_assert_max_num_queries):
    make_products(number, name="Чай")
    refresh_search_words()

    # What was asked, its stems, the other layout, the other alphabet, their stems, the words that are known.
    with django_assert_max_num_queries(12):
        assert told(api.get(URL, {"search": "совершенно ничего подобного"})) == ([], False, None)
