"""The table of words that typos are corrected by."""

import pytest

from apps.catalog.models import (
    Attribute,
    AttributeValue,
    Product,
    ProductAttribute,
    SearchWord,
    SearchWordKey,
)
from apps.catalog.tests.factories import make_category, make_product
from apps.catalog.word_table import nearest, refresh_search_words, words_by_key
from apps.jobs.maintenance import run_maintenance

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def table():
    return dict(SearchWord.objects.values_list("word", "products"))


def corrected(*spellings):
    return nearest(spellings, words_by_key(spellings))


def test_table_has_the_words_of_names_and_brands_on_sale():
    tea = make_category(name="Tea")
    make_product(name="Чай «Ёлка», 100 г", category=tea)
    leaves = make_product(name="Чай — чай, 2-й сорт", category=tea, description="Описание")
    make_product(name="Inactive", category=tea, is_active=False)
    make_product(name="Hidden", category=make_category(is_active=False))
    brand = Attribute.objects.get(code="brand")
    for name, product in (("Ahmad", leaves), ("Unsold", None)):
        value = AttributeValue.objects.create(attribute=brand, value=name.lower(), name_ru=name)
        if product:
            ProductAttribute.objects.create(product=product, attribute=brand, value=value)

    refresh_search_words()

    assert table() == {"чай": 2, "елка": 1, "сорт": 1, "ahmad": 1}
    keys = SearchWordKey.objects.filter(word__word="елка").values_list("key", flat=True)
    assert sorted(keys) == ["ека", "ела", "елк", "елка", "лка"]
    assert list(SearchWordKey.objects.filter(word__word="чай").values_list("key", flat=True)) == ["чай"]


def test_only_what_has_changed_is_written(monkeypatch):
    monkeypatch.setattr("apps.catalog.word_table.READ_AT_ONCE", 2)
    monkeypatch.setattr("apps.catalog.word_table.WRITTEN_AT_ONCE", 2)
    category = make_category()
    for name in ("Black tea", "Green tea", "White tea", "Plate", "Spoon"):
        make_product(name=name, category=category)

    assert refresh_search_words() == 6
    assert refresh_search_words() == 0
    kept = SearchWord.objects.get(word="green").pk
    Product.objects.filter(name="Plate").update(name="Red tea")

    assert refresh_search_words() == 3  # plate has gone, red has come, tea is in another
    assert table() == {"black": 1, "green": 1, "white": 1, "tea": 4, "red": 1, "spoon": 1}
    assert SearchWord.objects.get(word="green").pk == kept


def test_table_keeps_the_most_frequent_words(monkeypatch):
    monkeypatch.setattr("apps.catalog.word_table.MOST_WORDS", 1)
    for name in ("Black tea", "Green tea"):
        make_product(name=name)

    refresh_search_words()

    assert table() == {"tea": 2}


def test_maintenance_refreshes_the_table():
    make_product(name="Teapot")

    run_maintenance()

    assert table() == {"teapot": 1}


@pytest.mark.parametrize(
    ("spellings", "word"),
    [
        (["чайник"], "чайник"),
        (["чайнек"], "чайник"),
        (["чайнк"], "чайник"),
        (["чйаник"], "чайник"),
        (["чаайник"], "чайник"),
        (["чашек"], None),  # two letters away, and too short for that
        (["кружек"], "кружка"),
        (["tea"], "tea"),
        (["tae"], None),  # too short for a typo
        (["plata"], "plate"),  # as good as plato, and in more names
        (["xfq", "чай"], "чай"),
        (["plade", "tea"], "tea"),  # a word before a typo
        (["nothing"], None),
    ],
)
def test_word_is_corrected(spellings, word):
    for name in ("Чайник", "Чашка", "Кружка", "Чай", "Tea", "Plate", "Plate blue", "Plato"):
        make_product(name=name)
    refresh_search_words()

    assert corrected(*spellings) == word


def test_known_words_are_read_by_one_statement(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert words_by_key(["кружка", "чайник", "ложка"]) == {}
