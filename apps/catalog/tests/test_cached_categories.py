"""Cached responses about categories: after any write, by anyone, the next read shows it."""

import pytest
from django.urls import reverse

from apps.catalog.models import Category
from apps.catalog.tests.factories import make_category, make_product
from apps.core.tests.answers import refusal_of

CATEGORIES, PRODUCTS = "/api/v1/categories/", "/api/v1/products/"
NOT_THERE = (404, "not_found", [])

pytestmark = pytest.mark.django_db(transaction=True)


# --- A category is renamed


def patch_category(office, category):
    assert office.api.patch(f"{CATEGORIES}{category.pk}/", {"name": "New"}).status_code == 200


def put_category(office, category):
    assert office.api.put(f"{CATEGORIES}{category.pk}/", {"name": "New"}).status_code == 200


def save_category(office, category):
    category.name = "New"
    category.save()


def update_category(office, category):
    Category.objects.filter(pk=category.pk).update(name="New")


def bulk_update_category(office, category):
    category.name = "New"
    Category.objects.bulk_update([category], ["name"])


def send_category_form(office, category):
    office.send_form(reverse("admin:catalog_category_change", args=[category.pk]), name="New")


@pytest.mark.parametrize(
    "rename",
    [patch_category, put_category, save_category, update_category, bulk_update_category, send_category_form],
)
def test_renamed_category_shows_in_the_next_read_of_it_and_of_its_products(office, api, kept, rename):
    product = make_product(category=make_category(name="Old"))
    of_category, of_product = f"{CATEGORIES}{product.category_id}/", f"{PRODUCTS}{product.pk}/"
    assert [category["name"] for category in kept(CATEGORIES)["results"]] == ["Old"]
    assert kept(of_category)["name"] == "Old"
    assert kept(PRODUCTS)["results"][0]["category"]["name"] == "Old"
    assert kept(of_product)["category"]["name"] == "Old"

    rename(office, product.category)

    assert [category["name"] for category in api.get(CATEGORIES).json()["results"]] == ["New"]
    assert api.get(of_category).json()["name"] == "New"
    assert api.get(PRODUCTS).json()["results"][0]["category"]["name"] == "New"
    assert api.get(of_product).json()["category"]["name"] == "New"


# --- A category comes


def post_category(office):
    assert office.api.post(CATEGORIES, {"name": "New"}).status_code == 201


def create_category(office):
    make_category(name="New")


def bulk_create_category(office):
    Category.objects.bulk_create([Category(name="New", slug="new")])


def import_category(office):
    office.import_file("NEW,Mug,1.00,New")


def add_category_in_admin(office):
    office.send_form(reverse("admin:catalog_category_add"), name="New", is_active="on")


@pytest.mark.parametrize(
    "add", [post_category, create_category, bulk_create_category, import_category, add_category_in_admin]
)
def test_new_category_shows_in_the_next_read(office, api, kept, add):
    assert kept(CATEGORIES)["count"] == 0

    add(office)

    assert [category["name"] for category in api.get(CATEGORIES).json()["results"]] == ["New"]


# --- A category goes


def delete_category_by_api(office, category):
    assert office.api.delete(f"{CATEGORIES}{category.pk}/").status_code == 204


def deactivate_category(office, category):
    category.is_active = False
    category.save()


def deactivate_categories(office, category):
    Category.objects.filter(pk=category.pk).update(is_active=False)


def deactivate_category_in_admin(office, category):
    office.send_form(reverse("admin:catalog_category_change", args=[category.pk]), is_active="")


@pytest.mark.parametrize(
    "close",
    [delete_category_by_api, deactivate_category, deactivate_categories, deactivate_category_in_admin],
)
def test_closed_category_takes_everything_below_it_out_of_the_next_read(office, api, kept, close):
    drinks = make_category()
    product = make_product(category=make_category(parent=drinks))
    details = [
        f"{CATEGORIES}{drinks.pk}/",
        f"{CATEGORIES}{product.category_id}/",
        f"{PRODUCTS}{product.pk}/",
    ]
    assert kept(CATEGORIES)["count"] == 2
    assert kept(PRODUCTS)["count"] == 1
    assert [kept(detail)["id"] for detail in details] == [drinks.pk, product.category_id, product.pk]

    close(office, drinks)

    assert api.get(CATEGORIES).json()["count"] == 0
    assert api.get(PRODUCTS).json()["count"] == 0
    assert [refusal_of(api.get(detail)) for detail in details] == [NOT_THERE] * 3


def delete_category_for_good(office, category):
    assert office.api.delete(f"{CATEGORIES}{category.pk}/?hard=true").status_code == 204


def delete_category_row(office, category):
    category.delete()


def delete_category_rows(office, category):
    Category.objects.filter(pk=category.pk).delete()


def delete_category_in_admin(office, category):
    office.send(reverse("admin:catalog_category_delete", args=[category.pk]), {"post": "yes"})


def delete_categories_in_admin(office, category):
    office.send(
        reverse("admin:catalog_category_changelist"),
        {"action": "delete_selected", "_selected_action": [category.pk], "post": "yes"},
    )


@pytest.mark.parametrize(
    "remove",
    [
        delete_category_for_good,
        delete_category_row,
        delete_category_rows,
        delete_category_in_admin,
        delete_categories_in_admin,
    ],
)
def test_deleted_category_is_gone_in_the_next_read(office, api, kept, remove):
    category = make_category()
    detail = f"{CATEGORIES}{category.pk}/"
    assert kept(CATEGORIES)["count"] == 1
    assert kept(detail)["id"] == category.pk

    remove(office, category)

    assert not Category.objects.exists()
    assert api.get(CATEGORIES).json()["count"] == 0
    assert refusal_of(api.get(detail)) == NOT_THERE
