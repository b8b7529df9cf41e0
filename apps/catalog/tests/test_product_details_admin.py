"""Barcode, sizes, quantities and texts for search engines on the page of a product in the admin."""

import pytest
from django.urls import reverse

from apps.audit.models import AuditEntry
from apps.catalog.models import Product
from apps.catalog.tests.factories import make_category, make_product

ADD = reverse("admin:catalog_product_add")
BARCODE = "4601234567893"
DETAILS = {
    "barcode": BARCODE,
    "external_id": "1c-77",
    "unit": "шт",
    "min_quantity": 2,
    "quantity_step": 2,
    "length_mm": 80,
    "width_mm": 70,
    "height_mm": 110,
    "meta_title": "Купить чай",
    "meta_description": "Листовой чай",
}

pytestmark = pytest.mark.django_db


def change_page(product):
    return reverse("admin:catalog_product_change", args=[product.pk])


def stored():
    return Product.objects.values(*DETAILS).get()


def test_product_is_added_and_changed_with_its_details(office):
    office.send_form(ADD, name="Чай", sku="T-1", price="3.50", category=make_category().pk, **DETAILS)
    assert stored() == DETAILS

    office.send_form(change_page(Product.objects.get()), unit="уп", barcode="", external_id="")
    assert stored() == {**DETAILS, "unit": "уп", "barcode": None, "external_id": None}
    assert AuditEntry.objects.latest("pk").changes == {
        "barcode": [BARCODE, None],
        "external_id": ["1c-77", None],
        "unit": ["шт", "уп"],
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("barcode", "4601234567890"),
        ("barcode", BARCODE),
        ("external_id", "1c-77"),
        ("length_mm", "0"),
        ("min_quantity", "0"),
        ("quantity_step", "100001"),
        ("meta_description", "x" * 501),
    ],
)
def test_what_cannot_be_is_told_once_beside_its_field(office, field, value):
    tea = make_product()
    make_product(barcode=BARCODE, external_id="1c-77")

    page = office.browser.post(change_page(tea), {**office.open_form(change_page(tea)), field: value})

    errors = page.context["adminform"].form.errors
    assert {name: len(texts) for name, texts in errors.items()} == {field: 1}
    tea.refresh_from_db()
    assert (tea.barcode, tea.min_quantity, tea.meta_description) == (None, 1, "")
