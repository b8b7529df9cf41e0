"""Searches as people type them: other quotes, dashes, letters and invisible signs than the shop wrote."""

import sys
import unicodedata

import pytest
from django.db.models import QuerySet

from apps.catalog.models import Category, Product
from apps.catalog.tests.factories import make_category, make_product
from apps.core.database.derived_columns_refill import refresh_derived
from apps.core.search_words import folded, words_of
from apps.jobs.maintenance import run_maintenance

URL = "/api/v1/products/"
WITH_OTHER_TEXTS = ("catalog", "0013_skus_with_any_dash")

pytestmark = pytest.mark.django_db

AS_TYPED = [
    ("L’Oréal Paris", "l'oreal"),
    ("L'Oréal Paris", "L’ORÉAL"),
    ("L´Oréal Paris", "lʼoreal"),
    ("М’ята, зʼїзд", "м'ята з`їзд"),
    ("Кабель USB‑C", "usb-c"),
    ("Кабель USB-C", "usb–c"),
    ("Диапазон 30–40 °C", "30-40"),
    ("Полка −5 °C", "-5"),
    ("Монитор 15,6″", '15,6"'),
    ('Монитор 15,6"', "15,6″"),
    ("Монитор 15,6″", "15,6''"),
    ("Доска 5′10″", "5'10"),
    ("Чай «Эрл Грей»", '"Эрл Грей"'),
    ('Чай "Эрл Грей"', "«Эрл Грей»"),
    ("Чай „Эрл Грей“", "‘эрл’ ‹грей›"),
    ("Łódź", "lodz"),
    ("Lodz", "ŁÓDŹ"),
    ("Smørrebrød", "smorrebrod"),
    ("Đuro Þórr Ðorn", "duro thorr dorn"),
    ("Œuvre & Æther", "oeuvre aether"),
    ("Isıtıcı yoğurt", "isitici yogurt"),
    ("Straße", "strasse"),
    ("Чашка фарфоровая", "чашка, фарфоровая"),
    ("Чашка, фарфоровая", "чашка фарфоровая!"),
    ("Чашка фарфоровая", "(чашка); [фарфоровая]…"),
    ("Чашка фарфоровая", "чашка — фарфоровая"),
    ("Фар\N{SOFT HYPHEN}фор", "фарфор"),
    ("Фарфор", "фар\N{ZERO WIDTH SPACE}фор\N{RIGHT-TO-LEFT MARK}"),
    ("Фарфор\N{NO-BREAK SPACE}белый", "фарфор белый"),
    ("Учебник C++", "c++,"),
    ("½ литра", "1/2"),
    ("Чайник 1,7 л", "1.7 л"),
    ("Чайник 1.7 л", "1,7"),
    ("Чайник 1,7 л", "1.7л"),
    ("Чайник 1.7л", "1,7 л"),
    ("Чайник 1,7л", "1,7 Л"),
    ("Чай 100 г", "100г чай"),
    ("Чай 100г", "чай 100 г"),
    ("Фото 10×15", "10x15"),
    ("Фото 10x15", "10×15"),
    ("Фото 10 х 15 см", "10x15см"),
    ("Фото 10Х15 см", "10 × 15"),
    ("Плита 3х-слойная", "3x"),
    ("Плита 3хслойная", "3х"),
    ("Сервиз ЦЕХ5", "цех"),
    ("Диск Х5", "x5"),
]


def found(api, search):
    response = api.get(URL, {"search": search})
    assert response.status_code == 200
    return [product["sku"] for product in response.json()["results"]]


@pytest.mark.parametrize(("name", "search"), AS_TYPED)
def test_product_is_found_as_people_type(api, name, search):
    make_product(name=name, sku="ONE")
    make_product(name="Another", sku="TWO")

    assert found(api, search) == ["ONE"]


@pytest.mark.parametrize(
    ("name", "search"),
    [("Учебник C", "c++"), ("100 г", "100%"), ("Чаи", "чай"), ("usb c", "usb-c"), ("Мёх", "мex")],
)
def test_signs_with_a_meaning_stay(api, name, search):
    make_product(name=name, sku="ONE")

    assert found(api, search) == []


@pytest.mark.parametrize(
    ("search", "skus"), [('"', ["QUOTED"]), ("«»", []), ("—", ["DASH-ED"]), ("‑", ["DASH-ED"])]
)
def test_punctuation_alone_is_looked_for(api, search, skus):
    make_product(name="«Чай»", sku="QUOTED")
    make_product(name="Кофе", sku="DASH-ED")

    assert found(api, search) == skus


def test_category_is_found_as_people_type(api):
    tea = make_category(name="Чай «Эрл\N{NO-BREAK SPACE}Грей»")

    response = api.get("/api/v1/categories/", {"search": '"эрл грей"'})

    assert [category["id"] for category in response.json()["results"]] == [tea.pk]


def test_staff_find_it_too(client, staff):
    make_product(name="L’Oréal 15,6″", sku="ONE")
    client.force_login(staff)

    page = client.get("/admin/catalog/product/", {"q": "l'oreal, 15,6\""})

    assert [product.sku for product in page.context["cl"].result_list] == ["ONE"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("«Эрл Грей»", ["эрл", "грей"]),
        ("чай, чай. ЧАЙ!", ["чай"]),
        ("- чай -", ["чай"]),
        ("C++ (2-е изд.)", ["c++", "2-е", "изд"]),
        ("№5, 100%", ["no5", "100%"]),
        ("— «»", ["-", '""']),
        ("\N{ZERO WIDTH SPACE}", []),
    ],
)
def test_words_have_no_punctuation_around_them(text, words):
    assert words_of(text) == words


def test_every_quote_apostrophe_and_dash_becomes_one_of_its_kind():
    others = {
        char: folded(f"a{char}a")
        for char in map(chr, range(0x10000))
        if unicodedata.category(char) in ("Pd", "Pi", "Pf")
        and folded(f"a{char}a") not in ("a-a", "a'a", 'a"a')
        and not 0x2E00 <= ord(char) <= 0x2E21  # of the New Testament's editors
    }

    assert others == {}


@pytest.mark.parametrize(
    "end", [0x10000, pytest.param(sys.maxunicode + 1, marks=pytest.mark.long)], ids=["of most scripts", "any"]
)
def test_every_character_is_folded_once_and_for_all(end: int):
    changed = [
        char
        for char in map(chr, range(end))
        if not 0xD800 <= ord(char) < 0xE000 and folded(text := folded(f"a{char}'")) != text
    ]

    assert changed == []


def written_by_the_release_before(row, search_text):
    QuerySet(type(row)).filter(pk=row.pk).update(search_text=search_text)


def test_maintenance_folds_what_the_release_before_wrote(api, django_capture_on_commit_callbacks):
    tea = make_product(name="Чай «Эрл Грей»", sku="TEA")
    cup = make_product(name="Чашка", sku="CUP")
    written_by_the_release_before(tea, "чай «эрл греи»\ntea\n")
    assert not Product.objects.matching('"грей"').exists()
    changed_at = {product.pk: product.updated_at for product in (tea, cup)}

    with django_capture_on_commit_callbacks(execute=True):
        run_maintenance()

    assert found(api, '"грей"') == ["TEA"]
    tea.refresh_from_db()
    assert tea.search_text == 'чай "эрл грей"\ntea\n'
    assert {product.pk: product.updated_at for product in Product.objects.all()} == changed_at
    assert refresh_derived() == 0


def test_only_rows_out_of_date_are_written(monkeypatch):
    monkeypatch.setattr("apps.core.database.derived_columns_refill.READ_AT_ONCE", 2)
    monkeypatch.setattr("apps.core.database.derived_columns_refill.WRITTEN_AT_ONCE", 2)
    category = make_category(name="Łódź")
    products = [
        make_product(name=f"Łódź {number}", sku=f"S{number}", category=category) for number in range(7)
    ]
    for row in (category, *products[:5]):
        written_by_the_release_before(row, "łodz")

    assert refresh_derived() == 6
    assert refresh_derived() == 0
    assert set(Product.objects.values_list("search_text", flat=True)) == {
        f"lodz {n}\ns{n}\n" for n in range(7)
    }
    assert Category.objects.get(pk=category.pk).search_text.startswith("lodz\n")
