"""Deleting categories: deactivated and reactivated, or deleted for good when they are empty."""

import pytest
from django.db import IntegrityError, connection, transaction

from apps.catalog.models import Category
from apps.catalog.tests.factories import make_category, make_product
from apps.core.tests.answers import problem, problem_of, refusal_of

URL = "/api/v1/categories/"
UNKNOWN = 10**15  # an id that no row has

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("query", ["", "?hard=false", "?hard="])
def test_deleted_category_becomes_inactive(staff_api, api, query):
    tea = make_category()

    response = staff_api.delete(f"{URL}{tea.pk}/{query}")

    assert (response.status_code, response.content) == (204, b"")
    tea.refresh_from_db()
    assert not tea.is_active
    assert api.get(f"{URL}{tea.pk}/").status_code == 404


def test_full_category_becomes_inactive_and_hides_what_lies_in_it(staff_api, api):
    drinks = make_category()
    tea = make_category(parent=drinks)
    leaves = make_product(category=tea)

    response = staff_api.delete(f"{URL}{drinks.pk}/")

    assert response.status_code == 204
    assert api.get(f"{URL}{tea.pk}/").status_code == 404
    assert api.get(f"/api/v1/products/{leaves.pk}/").status_code == 404
    tea.refresh_from_db()
    leaves.refresh_from_db()
    assert (tea.is_active, leaves.is_active) == (True, True)


def test_category_is_deleted_twice_with_the_same_answer(staff_api):
    tea = make_category()
    staff_api.delete(f"{URL}{tea.pk}/")

    response = staff_api.delete(f"{URL}{tea.pk}/")

    assert response.status_code == 204


@pytest.mark.parametrize("is_active", [True, False])
def test_empty_category_is_gone_for_good(staff_api, is_active):
    tea, coffee = make_category(is_active=is_active), make_category()

    response = staff_api.delete(f"{URL}{tea.pk}/?hard=true")

    assert (response.status_code, response.content) == (204, b"")
    assert list(Category.objects.all()) == [coffee]


@pytest.mark.parametrize("is_active", [True, False], ids=["active", "inactive"])
@pytest.mark.parametrize("make", [make_product, make_category], ids=["product", "category"])
def test_category_with_something_in_it_stays(staff_api, make, is_active):
    tea = make_category()
    make(is_active=is_active, **{"category" if make is make_product else "parent": tea})

    response = staff_api.delete(f"{URL}{tea.pk}/?hard=true", headers={"accept-language": "en"})

    assert problem_of(response) == problem(
        409,
        "category_not_empty",
        "The category still contains products or subcategories, or a promotion is for it.",
    )
    tea.refresh_from_db()
    assert tea.is_active


@pytest.mark.django_db(transaction=True)
def test_category_stays_when_something_is_put_into_it_meanwhile(staff_api):
    tea = make_category(slug="tea")
    latecomers = [{"parent_id": tea.pk}]

    def put_in_before_the_deletion(execute, sql, params, many, context):
        if sql.startswith("DELETE") and latecomers:
            make_category(slug="late", **latecomers.pop())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(put_in_before_the_deletion):
        response = staff_api.delete(f"{URL}{tea.pk}/?hard=true")

    assert not latecomers
    assert refusal_of(response) == (409, "category_not_empty", [])
    assert Category.objects.filter(pk=tea.pk).exists()


@pytest.mark.parametrize("word", ["maybe", "True", "yes", "1", "tru", "true "])
def test_hard_that_is_neither_true_nor_false_is_refused_and_deletes_nothing(staff_api, word):
    tea = make_category()

    response = staff_api.delete(f"{URL}{tea.pk}/?hard={word}")

    assert refusal_of(response) == (400, "invalid_query", [("invalid", "hard")])
    tea.refresh_from_db()
    assert tea.is_active


def test_category_that_does_not_exist_cannot_be_deleted_for_good(staff_api):
    response = staff_api.delete(f"{URL}{UNKNOWN}/?hard=true")

    assert refusal_of(response) == (404, "not_found", [])


def test_database_itself_keeps_the_parent_of_a_category():
    tea = make_category()

    with pytest.raises(IntegrityError), transaction.atomic():
        Category.objects.filter(pk=tea.pk).update(parent=tea)

    tea.refresh_from_db()
    assert tea.parent is None
