"""Finding products by words and parts of words, alike on every database."""

import pytest

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_category, make_product
from apps.core.search_words import folded
from apps.core.tests.answers import refusal_of

URL = "/api/v1/products/"

pytestmark = pytest.mark.embedded


@pytest.fixture
def wares(db):
    """Make the products that the tests look for."""
    category = make_category(name="Unsearched", slug="unsearched")
    for name, sku, description in (
        ("Чай Чёрный «Вечерний»", "TEA-001", "Крупный лист, без добавок"),
        ("Чайник эмалированный", "POT_10%", "Для чая и ЁЛОЧНЫХ вечеров"),
        ("Café crème", "COF-7", "Ground coffee, 100% arabica"),
        ("Mug", "MUG-1", "White\\black, c:\\mug"),
    ):
        make_product(name=name, sku=sku, description=description, category=category)


def found(api, search):
    response = api.get(URL, {"search": search})
    assert response.status_code == 200
    return [product["sku"] for product in response.json()["results"]]


@pytest.mark.parametrize(
    ("search", "skus"),
    [
        pytest.param("Чайник", ["POT_10%"], id="a word"),
        pytest.param("чайник", ["POT_10%"], id="small letters"),
        pytest.param("ЧАЙНИК", ["POT_10%"], id="capitals"),
        pytest.param("чайн", ["POT_10%"], id="the beginning of a word"),
        pytest.param("айни", ["POT_10%"], id="the middle of a word"),
        pytest.param("ованный", ["POT_10%"], id="the end of a word"),
        pytest.param("чай", ["TEA-001", "POT_10%"], id="a part of several"),
        pytest.param("чёрный", ["TEA-001"], id="ё for ё"),
        pytest.param("черный", ["TEA-001"], id="е for ё"),
        pytest.param("ЧЕРНЫЙ", ["TEA-001"], id="capital Е for ё"),
        pytest.param("елочных", ["POT_10%"], id="е for capital Ё"),
        pytest.param("ёлочных", ["POT_10%"], id="ё for capital Ё"),
        pytest.param("чаи", [], id="и is not й"),
        pytest.param("че\u0308рныи\u0306", ["TEA-001"], id="letters put together from signs"),
        pytest.param("café", ["COF-7"], id="é for é"),
        pytest.param("CAFE", ["COF-7"], id="E for é"),
        pytest.param("creme", ["COF-7"], id="e for è"),
        pytest.param("arabica", ["COF-7"], id="description"),
        pytest.param("крупный", ["TEA-001"], id="Russian description"),
        pytest.param("tea-001", ["TEA-001"], id="sku in small letters"),
        pytest.param("EA-00", ["TEA-001"], id="part of a sku"),
        pytest.param("чай вечер", ["TEA-001", "POT_10%"], id="two words in any fields"),
        pytest.param("вечер чай", ["TEA-001", "POT_10%"], id="two words in any order"),
        pytest.param("чёрный лист TEA", ["TEA-001"], id="three words of three fields"),
        pytest.param("чай кофе", [], id="every word must be there"),
        pytest.param("  лист \t крупный\n", ["TEA-001"], id="spaces around and between"),
        pytest.param("«вечерний»", ["TEA-001"], id="quotes"),
        pytest.param("лист,", ["TEA-001"], id="comma"),
        pytest.param("unsearched", [], id="not in the category"),
        pytest.param("product-", [], id="not in the slug"),
        pytest.param("%", ["COF-7", "POT_10%"], id="per cent is itself"),
        pytest.param("1%", [], id="per cent stands for nothing"),
        pytest.param("_", ["POT_10%"], id="underscore is itself"),
        pytest.param("t_a", [], id="underscore stands for nothing"),
        pytest.param("c:\\mug", ["MUG-1"], id="backslash"),
        pytest.param("\\", ["MUG-1"], id="backslash alone"),
        pytest.param("'; DROP TABLE catalog_product; --", [], id="SQL"),
    ],
)
def test_products_are_found(api, wares, search, skus):
    assert sorted(found(api, search)) == sorted(skus)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "search"),
    [
        ("Тетрадь №5", "no5"),
        ("Тетрадь №5", "№5"),
        ("Чай™", "tm"),
        ("Чай™", "™"),
        ("Ⅳ том", "iv"),
        ("Straße", "STRASSE"),
    ],
)
def test_signs_that_stand_for_letters_are_found_by_them(api, name, search):
    make_product(name=name, sku="SIGN")

    assert found(api, search) == ["SIGN"]


def test_text_is_folded_once_and_for_all():
    for text in ("Чай™ №5", "Ёлка Йод", "Straße ﬁn İstanbul", "Ⅳ ℃ ㎏"):
        assert folded(folded(text)) == folded(text)
        assert folded(text) == folded(text).lower()


@pytest.mark.parametrize("search", ["", " "])
def test_empty_search_counts_as_not_given(api, wares, search):
    assert len(found(api, search)) == 4


@pytest.mark.django_db
def test_search_of_two_hundred_characters_is_read(api):
    text = " ".join(letter * 49 for letter in "wxyz")
    make_product(name=text, sku="LONG")

    assert found(api, f" {text}") == ["LONG"]


@pytest.mark.django_db
def test_longer_search_is_refused(api):
    response = api.get(URL, {"search": "x" * 201})

    assert refusal_of(response) == (400, "invalid_query", [("max_length", "search")])


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["name", "sku", "description"])
def test_changed_text_is_found_and_the_former_is_not(api, staff_api, field):
    product = make_product(**{field: "Former"})

    staff_api.patch(f"{URL}{product.pk}/", {field: "Present"})

    product.refresh_from_db()
    assert found(api, "present") == [product.sku]
    assert found(api, "former") == []


@pytest.mark.django_db
@pytest.mark.parametrize("write", ["update", "bulk_update"])
def test_name_that_was_changed_in_bulk_is_found(api, write):
    product = make_product(name="Former", sku="S")
    product.name = "Present"

    if write == "update":
        Product.objects.filter(name="Former").update(name="Present")
    else:
        Product.objects.bulk_update([product], ["name"])

    assert found(api, "present") == ["S"]
    assert found(api, "former") == []
