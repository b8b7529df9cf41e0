"""Parts of a product on its page in the admin: attributes and related products, saved with it or not."""

from decimal import Decimal

import pytest
from django.urls import reverse

from apps.audit.models import AuditEntry
from apps.catalog.attributes import texts_of
from apps.catalog.models import Product
from apps.catalog.tests.factories import give, make_attribute, make_product

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}


def change_page(product: Product) -> str:
    return reverse("admin:catalog_product_change", args=[product.pk])


def parts_of(product: Product) -> dict[str, list]:
    attributes = texts_of(product.attributes.select_related("attribute", "value"))
    related = [link.related.sku for link in product.related_links.select_related("related")]
    return {"attributes": attributes, "related": related}


@pytest.fixture
def lamp() -> Product:
    make_attribute("color", red="красный", blue="синий", green="зелёный")
    make_attribute("power", type="number", unit="W")
    make_attribute("dimmable", type="bool")
    make_attribute("note", type="text")
    return make_product(name="Lamp", sku="LMP-1")


def test_parts_are_filled_in_on_the_page_and_saved_with_the_product(office, lamp):
    make_product(sku="BLB-1")
    make_product(sku="BLB-2")

    office.send_form(
        change_page(lamp),
        attribute_color=["red", "blue"],
        attribute_power="12,5",
        attribute_dimmable="true",
        attribute_note="For the desk",
        related_skus="BLB-2\r\n blb-1 \r\n",
    )

    assert parts_of(lamp) == {
        "attributes": ["color: blue, red", "dimmable: true", "note: For the desk", "power: 12.5"],
        "related": ["BLB-2", "BLB-1"],
    }
    entry = AuditEntry.objects.get(target_kind="catalog.product", action="changed")
    assert entry.changes.keys() == {"attributes", "related"}


def test_page_that_is_saved_as_it_was_changes_nothing(office, lamp):
    give(lamp, color=["red"], power=Decimal("12.5"), dimmable=False, note="x")
    before = Product.objects.get(pk=lamp.pk).updated_at

    office.send_form(change_page(lamp))

    assert parts_of(lamp)["attributes"] == ["color: red", "dimmable: false", "note: x", "power: 12.5"]
    assert Product.objects.get(pk=lamp.pk).updated_at == before
    assert not AuditEntry.objects.filter(action="changed").exists()


def test_parts_that_are_emptied_are_gone(office, lamp):
    give(lamp, color=["red"], power=Decimal("12.5"), dimmable=True, note="x")

    office.send_form(
        change_page(lamp),
        attribute_color=[],
        attribute_power="",
        attribute_dimmable="unknown",
        attribute_note="",
    )

    assert parts_of(lamp)["attributes"] == []


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"related_skus": "NOPE-1\nLMP-1"}, "There are no products with these SKUs: NOPE-1."),
        ({"related_skus": "LMP-1"}, "Name other products, each once."),
        ({"description_en": "x" * 10_001}, "Ensure this value has at most 10000 characters (it has 10001)."),
        ({"attribute_power": "much"}, "Enter a number."),
        ({"attribute_color": ["pink"]}, "Select a valid choice. pink is not one of the available choices."),
    ],
)
def test_parts_that_cannot_be_are_refused_and_nothing_is_saved(office, lamp, values, refusal):
    opened = office.open_form(change_page(lamp))

    page = office.browser.post(change_page(lamp), {**opened, "name": "Renamed", **values}, headers=ENGLISH)

    assert refusal in page.text
    assert Product.objects.get(pk=lamp.pk).name == "Lamp"
    assert parts_of(lamp) == {"attributes": [], "related": []}


def test_page_that_was_opened_before_an_attribute_changed_saves_nothing(office, lamp):
    opened = office.open_form(change_page(lamp))
    give(lamp, color=["green"])

    page = office.browser.post(change_page(lamp), {**opened, "attribute_color": ["red"]}, headers=ENGLISH)

    assert "Nothing was saved: this page is out of date." in page.text
    assert parts_of(lamp)["attributes"] == ["color: green"]
