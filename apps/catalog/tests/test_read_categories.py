"""Categories as customers see them."""

import pytest

from apps.catalog.models import Category
from apps.catalog.tests.factories import make_category
from apps.core.tests.answers import on_the_wire, refusal_of

URL = "/api/v1/categories/"

pytestmark = pytest.mark.django_db


def names(response):
    assert response.status_code == 200
    return [category["name"] for category in response.json()["results"]]


def test_list_shows_the_active_categories_by_name(api):
    tea = make_category(name="tea", slug="tea", description="Leaves.")
    green = make_category(name="green tea", slug="green-tea", parent=tea)
    make_category(name="coffee", is_active=False)

    response = api.get(URL)

    assert response.status_code == 200
    assert response.json() == {
        "count": 2,
        "next": None,
        "previous": None,
        "results": [
            {
                "id": green.pk,
                "name": "green tea",
                "slug": "green-tea",
                "description": "",
                "parent": tea.pk,
                "tax_class": None,
                "is_active": True,
                "created_at": on_the_wire(green.created_at),
                "updated_at": on_the_wire(green.updated_at),
            },
            {
                "id": tea.pk,
                "name": "tea",
                "slug": "tea",
                "description": "Leaves.",
                "parent": None,
                "tax_class": None,
                "is_active": True,
                "created_at": on_the_wire(tea.created_at),
                "updated_at": on_the_wire(tea.updated_at),
            },
        ],
    }


def test_detail_shows_the_category(api):
    tea = make_category(name="Чай", slug="chai", description="Листовой.")

    response = api.get(f"{URL}{tea.pk}/")

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response.json() == {
        "id": tea.pk,
        "name": "Чай",
        "slug": "chai",
        "description": "Листовой.",
        "parent": None,
        "tax_class": None,
        "is_active": True,
        "created_at": on_the_wire(tea.created_at),
        "updated_at": on_the_wire(tea.updated_at),
    }


def test_category_that_does_not_exist_is_not_there(api):
    tea = make_category()

    response = api.get(f"{URL}{tea.pk + 1}/")

    assert refusal_of(response) == (404, "not_found", [])


def test_inactive_category_is_not_there_nor_is_anything_below_it(api):
    drinks = make_category(name="drinks", is_active=False)
    tea = make_category(name="tea", parent=drinks)
    green = make_category(name="green tea", parent=tea)
    make_category(name="sweets")

    assert names(api.get(URL)) == ["sweets"]
    for hidden in (drinks, tea, green):
        assert refusal_of(api.get(f"{URL}{hidden.pk}/")) == (404, "not_found", [])


def test_inactive_category_hides_nothing_above_or_beside_it(api):
    drinks = make_category(name="drinks")
    make_category(name="tea", parent=drinks, is_active=False)
    coffee = make_category(name="coffee", parent=drinks)

    assert names(api.get(URL)) == ["coffee", "drinks"]
    assert api.get(f"{URL}{drinks.pk}/").status_code == 200
    assert api.get(f"{URL}{coffee.pk}/").status_code == 200


def test_loop_that_somebody_wrote_past_the_checks_hangs_nothing(api):
    one, two = make_category(name="one"), make_category(name="two")
    Category.objects.filter(pk=one.pk).update(parent=two)
    Category.objects.filter(pk=two.pk).update(parent=one)

    assert names(api.get(URL)) == ["one", "two"]

    Category.objects.filter(pk=one.pk).update(is_active=False)
    assert not Category.objects.on_sale().exists()


def test_parent_filter_shows_what_lies_right_below(api):
    drinks = make_category(name="drinks")
    tea = make_category(name="tea", parent=drinks)
    make_category(name="green tea", parent=tea)
    make_category(name="sweets")

    assert names(api.get(URL, {"parent": drinks.pk})) == ["tea"]
    assert names(api.get(URL, {"parent": tea.pk})) == ["green tea"]
    assert names(api.get(URL, {"parent": tea.pk + 1000})) == []


def test_empty_parent_counts_as_not_given(api):
    make_category(name="tea", parent=make_category(name="drinks"))

    assert names(api.get(f"{URL}?parent=&search=&page=&page_size=")) == ["drinks", "tea"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("tea", "invalid"),
        ("1.5", "invalid"),
        ("0", "min_value"),
        ("-1", "min_value"),
        (str(2**63), "max_value"),
    ],
)
def test_parent_that_is_no_id_is_refused(api, value, code):
    response = api.get(URL, {"parent": value})

    assert refusal_of(response) == (400, "invalid_query", [(code, "parent")])


@pytest.mark.parametrize("search", ["ЧАЙ", "ча", "листов", "зел чай", "ЗЕЛЁНЫЙ", "зеленый"])
def test_search_finds_parts_of_words_in_name_and_description_whatever_their_case(api, search):
    make_category(name="Чай Зелёный", description="Крупный ЛИСТОВОЙ")
    make_category(name="Кофе", description="В зёрнах")

    assert names(api.get(URL, {"search": search})) == ["Чай Зелёный"]


def test_search_does_not_look_at_slugs(api):
    make_category(name="tea", slug="hidden-word")

    assert names(api.get(URL, {"search": "hidden"})) == []
