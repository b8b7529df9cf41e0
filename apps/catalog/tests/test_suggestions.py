"""Suggestions while a customer types: products and categories."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.catalog.models import Category, CategoryTranslation, Product, ProductImage, ProductTranslation
from apps.catalog.search_terms import refresh_search_terms
from apps.catalog.tests.factories import make_category, make_product, make_products
from apps.core.tests.answers import refusal_of
from apps.store.configuration_cache import current_configuration

URL = "/api/v1/products/suggest/"

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


@pytest.fixture
def tea():
    return make_category(name="Чай и кофе", slug="tea", description="Всё для чашки")


def suggested(api, typed):
    answer = api.get(URL, {"q": typed})
    assert answer.status_code == 200
    page = answer.json()
    return [row["name"] for row in page["products"]], [row["name"] for row in page["categories"]]


def test_suggestion_shows_what_a_search_field_needs(api, tea, settings):
    product = make_product(name="Чай чёрный", slug="black-tea", price="350.00", category=tea)
    ProductImage.objects.create(
        product=product, sha256="a" * 64, width=500, height=400, bytes=1, status="ready", alt_ru="Пачка"
    )

    body = api.get(URL, {"q": "чай"}).json()

    (image,) = [row.pop("image") for row in body["products"]]
    assert body == {
        "products": [{"id": product.pk, "name": "Чай чёрный", "slug": "black-tea", "price": "350.00"}],
        "categories": [{"id": tea.pk, "name": "Чай и кофе", "slug": "tea"}],
        "currency": settings.STORE_CURRENCY,
    }
    assert [each["width"] for each in image["urls"]] == [160, 480, 500]


@pytest.mark.parametrize(
    ("typed", "products"),
    [
        ("ч", ["Чай", "Чайник"]),  # of one or two letters, only what begins with them
        ("ча", ["Чай", "Чайник"]),
        ("чай", ["Чай", "Чайник", "Зелёный чай"]),
        ("зел", ["Зелёный чай"]),
        ("чай зел", ["Зелёный чай"]),
        ("xfq", ["Чай", "Чайник", "Зелёный чай"]),
        ("чайники", ["Чайник"]),
        ("", []),
        (" ", []),
        ("«»", []),
        ("нет такого", []),
    ],
)
def test_products_are_suggested_as_a_search_finds_them(api, typed, products):
    category = make_category(name="Other")
    for name in ("Чайник", "Чай", "Зелёный чай"):
        make_product(name=name, category=category)

    assert suggested(api, typed)[0] == products


@pytest.mark.parametrize(("language", "name"), [("en", "Black tea"), ("ru", "Чай чёрный")])
def test_products_are_named_in_the_language_of_the_request(api, tea, language, name):
    product = make_product(name="Чай чёрный", category=tea)
    ProductTranslation.objects.create(product=product, language="en", name="Black tea")
    refresh_search_terms([product.pk])

    for typed in ("black", "чай черн"):
        answer = api.get(URL, {"q": typed}, headers={"accept-language": language})
        assert [row["name"] for row in answer.json()["products"]] == [name]


def test_only_what_is_on_sale_is_suggested(api, tea):
    make_product(name="Чай", is_active=False, category=tea)
    hidden = make_category(name="Чай скрытый", is_active=False)
    make_product(name="Чай", category=hidden)

    assert suggested(api, "чай") == ([], ["Чай и кофе"])


def test_categories_are_suggested_by_their_names(api, tea):
    for name in ("Чайники", "Иван-чай", "Случайное", "Посуда для чая", "Чайные пары"):
        make_category(name=name)

    assert suggested(api, "чай")[1] == ["Чай и кофе", "Чайники", "Чайные пары"]
    assert suggested(api, "чашки")[1] == []  # which is in the description
    assert suggested(api, "посуд")[1] == ["Посуда для чая"]


@pytest.mark.parametrize(("language", "name"), [("en", "Tea and coffee"), ("ru", "Чай и кофе")])
def test_categories_are_suggested_in_the_language_of_the_request(api, tea, language, name):
    make_category(name="Кофемашины")
    CategoryTranslation.objects.create(category=tea, language="en", name="Tea and coffee")
    current_configuration()

    for typed in ("coffee", "чай"):
        answer = api.get(URL, {"q": typed}, headers={"accept-language": language})
        assert [row["name"] for row in answer.json()["categories"]] == [name]


def test_eight_products_and_three_categories_are_suggested(api):
    make_products(10, name="Чай")
    Category.objects.bulk_create(Category(name="Чай", slug=f"tea-{number}") for number in range(5))

    products, categories = suggested(api, "чай")

    assert (len(products), len(categories)) == (8, 3)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("x" * 201, "max_length"), ("x" * 65, "word_too_long"), (" ".join("abcdefghijk"), "too_many_words")],
)
def test_what_is_too_long_is_refused(api, typed, code):
    assert refusal_of(api.get(URL, {"q": typed})) == (400, "invalid_query", [(code, "q")])


def test_other_parameters_are_refused(api):
    assert refusal_of(api.get(URL, {"search": "чай"})) == (
        400,
        "invalid_query",
        [("unknown_parameter", "search")],
    )


@pytest.mark.parametrize("number", [1, 30])
def test_suggestions_take_few_statements_and_then_none(api, tea, number, django_assert_num_queries):
    make_products(number, name="Чай", category=tea)
    current_configuration()
    with CaptureQueriesContext(connection) as queries:
        first = api.get(URL, {"q": "чай"})
    with django_assert_num_queries(0):
        second = api.get(URL, {"q": "чай"})

    assert len(queries) == 5  # ranking, products, pictures, version of the configuration, categories
    assert second.content == first.content


def test_changed_product_is_suggested_anew(api, tea, django_capture_on_commit_callbacks):
    product = make_product(name="Чай", category=tea)
    suggested(api, "чай")

    with django_capture_on_commit_callbacks(execute=True):
        Product.objects.filter(pk=product.pk).update(name="Чай новый")

    assert suggested(api, "чай")[0] == ["Чай новый"]
