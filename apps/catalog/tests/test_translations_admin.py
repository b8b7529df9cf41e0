"""Texts in further languages on the pages of products and categories in the admin."""

import pytest
from django.urls import reverse

from apps.catalog.models import Category, CategoryTranslation, Product, ProductTranslation
from apps.catalog.tests.factories import make_category, make_product

pytestmark = pytest.mark.django_db


def change_page(row):
    return reverse(f"admin:catalog_{row._meta.model_name}_change", args=[row.pk])


def test_product_is_added_and_changed_with_its_texts(office):
    office.send_form(
        reverse("admin:catalog_product_add"),
        name="Чай",
        sku="T-1",
        price="3.50",
        category=make_category().pk,
        name_en="Tea",
        description_en="Black.",
    )
    tea = Product.objects.get()
    assert list(tea.translations.values_list("language", "name", "description")) == [("en", "Tea", "Black.")]
    form = office.open_form(change_page(tea))
    assert [form[name] for name in ("name_en", "description_en", "meta_title_en")] == [
        ["Tea"],
        ["Black."],
        [""],
    ]

    office.send_form(change_page(tea), name_en="", meta_title_en="Buy tea")

    values = tea.translations.values_list("name", "description", "meta_title")
    assert list(values) == [("", "Black.", "Buy tea")]
    tea.refresh_from_db()
    assert tea.name == "Чай"


def test_category_is_added_and_changed_with_its_texts(office):
    office.send_form(reverse("admin:catalog_category_add"), name="Чай", name_en="Tea")
    tea = Category.objects.get()
    assert list(tea.translations.values_list("language", "name")) == [("en", "Tea")]

    office.send_form(change_page(tea), name_en="")
    assert not CategoryTranslation.objects.exists()


@pytest.mark.parametrize("make", [make_product, make_category])
def test_page_opened_before_a_text_was_changed_is_refused(office, make):
    row = make()
    form = office.open_form(change_page(row))
    row.translations.create(language="en", name="Tea")

    page = office.browser.post(change_page(row), {**form, "name_en": "Leaves"})

    assert page.status_code == 200
    assert list(row.translations.values_list("name", flat=True)) == ["Tea"]


def test_text_that_is_too_long_is_refused(office):
    tea = make_product()

    page = office.browser.post(change_page(tea), {**office.open_form(change_page(tea)), "name_en": "x" * 256})

    assert list(page.context["adminform"].form.errors) == ["name_en"]
    assert not ProductTranslation.objects.exists()
