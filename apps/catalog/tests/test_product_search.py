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


FOUND = {
    "Чайник": ["POT_10%"],  # a word
    "чайник": ["POT_10%"],  # small letters
    "ЧАЙНИК": ["POT_10%"],  # capitals
    "чайн": ["POT_10%"],  # the beginning of a word
    "айни": ["POT_10%"],  # the middle of a word
    "ованный": ["POT_10%"],  # the end of a word
    "чай": ["TEA-001", "POT_10%"],  # a part of several
    "чёрный": ["TEA-001"],  # ё for ё
    "черный": ["TEA-001"],  # е for ё
    "ЧЕРНЫЙ": ["TEA-001"],  # capital Е for ё
    "елочных": ["POT_10%"],  # е for capital Ё
    "ёлочных": ["POT_10%"],  # ё for capital Ё
    "чаи": [],  # и is not й
    "че\u0308рныи\u0306": ["TEA-001"],  # letters put together from signs
    "café": ["COF-7"],  # é for é
    "CAFE": ["COF-7"],  # E for é
    "creme": ["COF-7"],  # e for è
    "arabica": ["COF-7"],  # description
    "крупный": ["TEA-001"],  # Russian description
    "tea-001": ["TEA-001"],  # sku in small letters
    "EA-00": ["TEA-001"],  # part of a sku
    "чай вечер": ["TEA-001", "POT_10%"],  # two words in any fields
    "вечер чай": ["TEA-001", "POT_10%"],  # two words in any order
    "чёрный лист TEA": ["TEA-001"],  # three words of three fields
    "чай кофе": [],  # every word must be there
    "  лист \t крупный\n": ["TEA-001"],  # spaces around and between
    "«вечерний»": ["TEA-001"],  # quotes
    "лист,": ["TEA-001"],  # comma
    "unsearched": [],  # not in the category
    "product-": [],  # not in the slug
    "%": ["COF-7", "POT_10%"],  # per cent is itself
    "1%": [],  # per cent stands for nothing
    "_": ["POT_10%"],  # underscore is itself
    "t_a": [],  # underscore stands for nothing
    "c:\\mug": ["MUG-1"],  # backslash
    "\\": ["MUG-1"],  # backslash alone
    "'; DROP TABLE catalog_product; --": [],  # SQL
}


def test_products_are_found(api, wares):
    skus = {search: found(api, search) for search in FOUND}

    assert {search: sorted(each) for search, each in skus.items()} == {
        search: sorted(each) for search, each in FOUND.items()
    }


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
