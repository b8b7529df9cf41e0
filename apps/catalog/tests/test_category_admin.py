"""Categories in the admin."""

import pytest
from django.urls import reverse

from apps.catalog.models import Category
from apps.catalog.tests.factories import make_categories, make_category, make_product

LIST = reverse("admin:catalog_category_changelist")
ADD = reverse("admin:catalog_category_add")

pytestmark = pytest.mark.django_db


def change_page(category):
    return reverse("admin:catalog_category_change", args=[category.pk])


def listed(response):
    assert response.status_code == 200
    return list(response.context["cl"].queryset)


def test_list_shows_active_and_inactive_ones(office):
    tea = make_category(name="a", parent=make_category(name="b"), is_active=False)

    assert listed(office.browser.get(LIST)) == [tea, tea.parent]
    assert listed(office.browser.get(LIST, {"is_active__exact": "0"})) == [tea]


@pytest.mark.parametrize("search", ["Чёрный", "чёрный", "ЧЁРНЫЙ", "черный"])
def test_list_is_searched_as_the_shop_is(office, search):
    tea = make_category(name="Чай Чёрный")
    make_category(name="Кофе")

    assert listed(office.browser.get(LIST, {"q": search})) == [tea]


def test_list_takes_the_same_queries_for_any_number_of_rows(office, django_assert_num_queries):
    tea = make_category()
    make_categories(1, parent=tea)
    office.browser.get(LIST)
    with django_assert_num_queries(6) as few:  # session, user, count, tree, products in it, rows
        office.browser.get(LIST)
    make_categories(50, parent=tea)

    with django_assert_num_queries(len(few)):
        office.browser.get(LIST)


def test_category_is_added_with_a_slug_of_its_name(office):
    drinks = make_category()

    office.send_form(ADD, name="Чай", slug="", parent=drinks.pk, description="Листовой.", is_active="on")

    tea = Category.objects.get(name="Чай")
    assert (tea.slug, tea.parent, tea.description, tea.is_active) == ("chai", drinks, "Листовой.", True)
    assert office.browser.get(change_page(tea)).status_code == 200


def test_slug_that_is_given_is_kept(office):
    office.send_form(ADD, name="Чай", slug="tea", is_active="on")

    assert Category.objects.get().slug == "tea"


def test_added_category_can_be_edited_at_once(office):
    response = office.browser.post(
        ADD, {"name": "Чай", "slug": "", "parent": "", "description": "", "_continue": "1"}
    )

    assert response.status_code == 302
    assert response["Location"] == change_page(Category.objects.get())


def test_category_is_changed(office):
    tea = make_category(name="Old", slug="old", parent=make_category(), description="Old.")

    office.send_form(change_page(tea), name="New", parent="", is_active="")

    tea.refresh_from_db()
    assert (tea.name, tea.slug, tea.parent, tea.is_active) == ("New", "old", None, False)
    assert (tea.description, tea.search_text) == ("Old.", "new\nold.")


def test_cleared_slug_is_made_anew(office):
    tea = make_category(name="Чай", slug="old")

    office.send_form(change_page(tea), slug="")

    tea.refresh_from_db()
    assert tea.slug == "chai"


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_category_cannot_be_put_below_itself(office, depth):
    tree = [make_category()]
    for _level in range(2):
        tree.append(make_category(parent=tree[-1]))
    body = {**office.open_form(change_page(tree[0])), "parent": tree[depth].pk}

    response = office.browser.post(change_page(tree[0]), body)

    assert response.status_code == 200
    assert [error.code for error in response.context["adminform"].form.errors.as_data()["parent"]] == [
        "parent_loop"
    ]
    tree[0].refresh_from_db()
    assert tree[0].parent is None


def test_slug_that_is_taken_is_told_in_the_form(office):
    make_category(slug="tea")
    body = {**office.open_form(ADD), "name": "Tea", "slug": "tea"}

    response = office.browser.post(ADD, body)

    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == ["slug"]
    assert Category.objects.count() == 1


@pytest.mark.parametrize("make", [make_product, make_category], ids=["product", "category"])
def test_category_with_something_in_it_is_not_deleted(office, make):
    tea = make_category()
    make(**{"category" if make is make_product else "parent": tea})

    response = office.browser.post(reverse("admin:catalog_category_delete", args=[tea.pk]), {"post": "yes"})

    assert response.status_code == 200
    assert response.context["protected"]
    assert Category.objects.filter(pk=tea.pk).exists()


def test_parents_are_found_as_one_types(office):
    tea = make_category(name="tea", slug="tea")
    make_category(name="coffee", slug="coffee")

    response = office.browser.get(
        reverse("admin:autocomplete"),
        {"term": "te", "app_label": "catalog", "model_name": "category", "field_name": "parent"},
    )

    assert response.json()["results"] == [{"id": str(tea.pk), "text": "tea"}]
