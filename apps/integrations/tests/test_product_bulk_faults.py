"""Rows of `POST admin/products/bulk/` that cannot be, and bodies that are refused as a whole."""

import pytest

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_category, make_product
from apps.core.tests.answers import refusal_of
from apps.integrations.rows import MAX_FAULTS
from apps.integrations.tests.bulk import PRODUCTS, faults, post, shelf, statuses, upsert

pytestmark = pytest.mark.django_db

BARCODE, OTHER_BARCODE = "4601234567893", "4006381333931"
NEW = {"sku": "NEW", "name": "New", "price": "5.00"}


@pytest.fixture
def shelf_of_two(db):
    """Two products: A has everything that may be unique, B costs less than before."""
    category = make_category()
    make_product(sku="A", external_id="1c-A", barcode=BARCODE, slug="a", category=category)
    make_product(sku="B", price="5.00", compare_at_price="8.00", category=category)
    return category


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # Values that cannot be.
        (7, [("invalid", "")]),
        (None, [("null", "")]),
        ({"sku": "A", "price": "x"}, [("invalid", "/price")]),
        ({"sku": "A", "price": "-1"}, [("min_value", "/price")]),
        ({"sku": "A", "name": ""}, [("blank", "/name")]),
        ({"sku": "A", "name": None}, [("null", "/name")]),
        ({"sku": "A", "prise": "1.00"}, [("unknown_member", "/prise")]),
        ({"sku": "A", "barcode": "4601234567890"}, [("barcode", "/barcode")]),
        ({"sku": "A", "weight_g": -1, "unit": 5}, [("min_value", "/weight_g"), ("invalid", "/unit")]),
        ({"sku": "A", "slug": "a b"}, [("invalid", "/slug")]),
        # What it is about.
        ({"name": "Nameless"}, [("required", "/sku")]),
        ({"external_id": None, "name": "Nameless"}, [("required", "/sku")]),
        ({"sku": "C"}, [("required", "/name"), ("required", "/price"), ("required", "/category")]),
        ({"external_id": "1c-C", "name": "C", "price": "1.00", "category": 0}, [("min_value", "/category")]),
        ({**NEW, "sku": None}, [("null", "/sku")]),
        # What it refers to.
        ({"sku": "A", "category": 999_999}, [("does_not_exist", "/category")]),
        ({**NEW, "category": 999_999}, [("does_not_exist", "/category")]),
        ({"sku": "A", "tax_class": "none such"}, [("does_not_exist", "/tax_class")]),
        ({"sku": "A", "tax_class": ""}, [("blank", "/tax_class")]),
        ({"sku": "A", "related": [999_999]}, [("invalid", "/related")]),
        (
            {"sku": "A", "attributes": [{"code": "x", "values": ["y"]}]},
            [("does_not_exist", "/attributes/0/code")],
        ),
        (
            {"sku": "A", "attributes": [{"code": "brand", "values": ["y"]}]},
            [("does_not_exist", "/attributes/0/values/0")],
        ),
        # What somebody else has.
        ({"external_id": "1c-A", "sku": "b"}, [("unique", "/sku")]),
        ({"sku": "B", "barcode": BARCODE}, [("unique", "/barcode")]),
        ({"sku": "B", "slug": "a"}, [("unique", "/slug")]),
        # Rules of the shop.
        ({"sku": "B", "price": "8.00"}, [("no_reduction", "/price")]),
        ({"sku": "B", "compare_at_price": "5.00"}, [("no_reduction", "/compare_at_price")]),
        (
            {"sku": "B", "barcode": BARCODE, "price": "9"},
            [("no_reduction", "/price"), ("unique", "/barcode")],
        ),
    ],
    ids=str,
)
def test_row_that_cannot_be_is_refused_with_pointers(staff_api, shelf_of_two, row, expected):
    before = list(Product.objects.order_by("pk").values())

    response = upsert(staff_api, {"sku": "A", "price": "3.00"} if row is None else {"sku": "D"}, row)

    assert response.status_code == 400
    told = [(code, pointer) for index, code, pointer in faults(response) if index == 1]
    assert told == [(code, f"/products/1{place}") for code, place in expected]
    assert list(Product.objects.order_by("pk").values()) == before


def test_product_that_is_shown_beside_itself_is_refused(staff_api, shelf_of_two):
    product = Product.objects.get(sku="A")

    response = upsert(staff_api, {"sku": "A", "related": [product.pk]})

    assert faults(response) == [(0, "invalid", "/products/0/related")]


def test_of_two_rows_that_take_the_same_value_the_later_fails(staff_api, shelf_of_two):
    rows = [{**row, "barcode": OTHER_BARCODE} for row in shelf(shelf_of_two, 2)]

    response = upsert(staff_api, *rows, on_error="skip_failed")

    assert statuses(response) == ["created", "failed"]
    assert faults(response) == [(1, "unique", "/products/1/barcode")]


def test_value_that_another_row_gives_away_is_still_taken(staff_api, shelf_of_two):
    response = upsert(staff_api, {"sku": "A", "barcode": None}, {"sku": "B", "barcode": BARCODE})

    assert faults(response) == [(1, "unique", "/products/1/barcode")]


def test_two_rows_about_a_product_that_know_it_by_different_keys_are_told(staff_api, shelf_of_two):
    response = upsert(
        staff_api,
        {"sku": "A", "price": "3.00"},
        {"external_id": "1c-A", "price": "4.00"},
        on_error="skip_failed",
    )

    assert (response.status_code, statuses(response)) == (207, ["updated", "failed"])
    assert faults(response) == [(1, "duplicate_row", "/products/1/external_id")]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"on_error": "reject_all"}, [("required", "/products")]),
        ({"products": [{"sku": "A"}]}, [("required", "/on_error")]),
        ({"on_error": "hope", "products": [{"sku": "A"}]}, [("invalid_choice", "/on_error")]),
        ({"on_error": "reject_all", "products": []}, [("empty", "/products")]),
        ({"on_error": "reject_all", "products": {}}, [("not_a_list", "/products")]),
        ({"on_error": "reject_all", "products": [{"sku": "A"}] * 501}, [("max_length", "/products")]),
        (
            {"on_error": "skip_failed", "products": [{"sku": "X-1"}, {"sku": "Y"}, {"sku": "x-1 "}]},
            [("duplicate_row", "/products/2/sku")],
        ),
        (
            {"on_error": "skip_failed", "products": [{"external_id": "1"}, {"sku": "Y", "external_id": "1"}]},
            [("duplicate_row", "/products/1/external_id")],
        ),
    ],
    ids=lambda value: str(value)[:60],
)
def test_body_that_cannot_be_is_refused_as_a_whole(staff_api, shelf_of_two, body, expected):
    response = post(staff_api, PRODUCTS, body)

    assert refusal_of(response) == (400, "validation_error", expected)


def test_faults_by_the_thousand_get_a_short_answer(staff_api):
    rows = [{f"no-{each}": each for each in range(60)} for _row in range(500)]

    response = upsert(staff_api, *rows)

    assert len(faults(response)) == 500 * MAX_FAULTS
    assert len(response.content) < 1_000_000
