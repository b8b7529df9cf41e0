"""Ranking: which of the products that a search finds come first, page by page."""

import pytest

from apps.catalog.models import Product
from apps.catalog.ranking import RankedProducts
from apps.catalog.tests.factories import make_category, make_product, make_products

URL = "/api/v1/products/"

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


@pytest.fixture
def shelf():
    """Return a function that makes products, each given as (sku, name) and further values."""
    category = make_category()

    def make(*rows):
        for sku, name, values in rows:
            make_product(sku=sku, name=name, category=category, **values)

    return make


def found(api, search, **query):
    return [row["sku"] for row in api.get(URL, {"search": search, **query}).json()["results"]]


def test_names_come_before_parts_and_parts_before_descriptions(api, shelf):
    shelf(
        ("IN-TEXT", "Ложка", {"description": "Чай ею мешают", "popularity": 9}),
        ("MIDDLE", "Случайный набор", {"popularity": 8}),
        ("TEA", "Пакетики", {"description": "Чай"}),
        ("WORD", "Зелёный чай", {}),
        ("STARTS", "Чай зелёный", {}),
        ("EXACT", "Чай", {}),
    )

    assert found(api, "чай") == ["EXACT", "STARTS", "WORD", "MIDDLE", "IN-TEXT", "TEA"]


def test_sku_comes_first(api, shelf):
    shelf(("A-10", "Mug", {}), ("A-1", "Plate", {}), ("B", "A-1 holder", {"popularity": 9}))

    assert found(api, "a-1") == ["A-1", "B", "A-10"]


def test_what_is_in_stock_comes_first_then_whole_words_then_what_sells(api, shelf):
    shelf(
        ("SOLD-OUT", "Чай чёрный", {"stock": 0, "popularity": 900}),
        ("POT", "Чайник", {"popularity": 500}),
        ("RARE", "Чай белый", {"popularity": 1}),
        ("BEST", "Чай зелёный", {"popularity": 50}),
        ("ALSO", "Чай алый", {"popularity": 1}),
    )

    assert found(api, "чай") == ["BEST", "ALSO", "RARE", "POT", "SOLD-OUT"]


def test_words_are_found_in_any_order_and_as_typed_first(api, shelf):
    shelf(("OTHER", "Чай зелёный", {"popularity": 5}), ("SAME", "Зелёный чай", {}))

    assert found(api, "зеленый чай") == ["SAME", "OTHER"]


def test_names_in_other_languages_count_as_names(api, shelf):
    shelf(
        ("TEXT", "Ложка", {"description": "For a mug"}),
        ("NAME", "Кружка", {"search_terms": "Mug\nКот"}),
    )

    assert found(api, "mug") == ["NAME", "TEXT"]


def test_wanted_order_is_kept(api, shelf):
    shelf(("B", "Чай", {"price": "2.00"}), ("A", "Зелёный чай", {"price": "1.00"}))

    assert found(api, "чай", ordering="price") == ["A", "B"]


def test_cursor_follows_no_rank_and_goes_by_name(api, shelf):
    shelf(("B", "Чай", {}), ("A", "Зелёный чай", {}))

    assert found(api, "чай", cursor="") == ["A", "B"]


@pytest.fixture
def long_shelf(monkeypatch):
    """Make more products than are ranked: by name, by start and by what sells they are in other orders."""
    monkeypatch.setattr("apps.catalog.ranking.MOST_POPULAR", 3)
    monkeypatch.setattr("apps.catalog.ranking.BY_START", 2)
    category = make_category()
    for number in range(12):
        name = f"{'Tea' if number % 2 else 'Green tea'} {number:02}"
        make_product(
            name=name, sku=f"S{number:02}", popularity=number % 5, stock=number % 3, category=category
        )
    make_products(3, category=category)


def test_only_the_first_are_ranked_and_all_others_follow_by_name(api, long_shelf):
    by_name = found(api, "tea", ordering="name")

    pages = [found(api, "tea", page=page, page_size=5) for page in (1, 2, 3)]

    # What sells best, and what begins with the text; of these S03 and S09 are sold out.
    assert pages[0] == ["S01", "S09", "S03", "S04", "S08"]
    assert pages[1] + pages[2] == [sku for sku in by_name if sku not in pages[0]]


def test_pages_of_any_size_are_the_same_list(api, long_shelf):
    whole = found(api, "tea", page_size=100)

    for size in (1, 3, 4):
        pages = [found(api, "tea", page=page, page_size=size) for page in range(1, 12 // size + 1)]
        assert [sku for page in pages for sku in page] == whole


def test_count_is_of_all_that_is_found(api, long_shelf):
    for query in ({}, {"page": 2, "page_size": 5}, {"page_size": 100}):
        assert api.get(URL, {"search": "tea", **query}).json()["count"] == 12
    assert api.get(URL, {"search": "tea", "page": 4, "page_size": 5}).status_code == 404


def test_exact_sku_is_ranked_however_much_else_is_found(api, long_shelf):
    make_product(name="Zebra tea", sku="TEA", popularity=0)

    assert found(api, "tea", page_size=1) == ["TEA"]


@pytest.mark.parametrize("number", [1, 50])
def test_ranking_takes_one_statement_and_two_where_not_all_are_ranked(
    number, django_assert_num_queries, monkeypatch
):
    monkeypatch.setattr("apps.catalog.ranking.MOST_POPULAR", 10)
    make_products(number, name="Tea")
    among = Product.objects.all()

    with django_assert_num_queries(2 if number == 1 else 4):
        assert len(RankedProducts(among.matching("tea"), "tea", among=among)[0:5]) == min(number, 5)
