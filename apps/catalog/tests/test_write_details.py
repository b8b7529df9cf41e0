"""Barcodes, ids in other systems, sizes, quantities and related products in the API: what each may be."""

import pytest

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_category, make_product
from apps.core.tests.answers import refusal_of
from apps.core.tests.threads import at_once
from conftest import signed_in

URL = "/api/v1/products/"
BARCODE = "4601234567893"
DETAILS = {
    "barcode": BARCODE,
    "external_id": "1c-77",
    "length_mm": 80,
    "width_mm": 70,
    "height_mm": 100_000,
    "unit": "шт",
    "min_quantity": 2,
    "quantity_step": 10_000,
    "meta_title": "Купить чай",
    "meta_description": "Листовой чай",
}
EMPTY = {
    **dict.fromkeys(("barcode", "external_id", "length_mm", "width_mm", "height_mm")),
    **dict.fromkeys(("unit", "meta_title", "meta_description"), ""),
    "min_quantity": 1,
    "quantity_step": 1,
}

pytestmark = pytest.mark.django_db


def shown(answer):
    return {name: answer.json()[name] for name in DETAILS}


def test_details_are_written_shown_and_taken_away(api, staff_api):
    body = {"name": "Чай", "sku": "T-1", "price": "1.00", "category": make_category().pk}

    made = staff_api.post(URL, {**body, **DETAILS})
    address = f"{URL}{made.json()['id']}/"
    unchanged = staff_api.patch(address, {"price": "2.00"})
    emptied = staff_api.patch(address, EMPTY)

    assert (made.status_code, shown(made), shown(unchanged)) == (201, DETAILS, DETAILS)
    assert shown(emptied) == EMPTY == shown(api.get(address))


@pytest.mark.parametrize("barcode", ["96385074", "036000291452", "4601234567893", "14601234567890"])
def test_barcode_is_a_gtin_of_any_length(staff_api, barcode):
    answer = staff_api.patch(f"{URL}{make_product().pk}/", {"barcode": barcode})

    assert (answer.status_code, answer.json()["barcode"]) == (200, barcode)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"barcode": "4601234567890"}, ("barcode", "/barcode")),
        ({"barcode": "123"}, ("barcode", "/barcode")),
        ({"barcode": "460123456789A"}, ("barcode", "/barcode")),
        ({"barcode": "４６０１２３４５６７８９３"}, ("barcode", "/barcode")),
        ({"barcode": ""}, ("blank", "/barcode")),
        ({"barcode": 4601234567893}, ("invalid", "/barcode")),
        ({"barcode": BARCODE}, ("unique", "/barcode")),
        ({"external_id": "1c-77"}, ("unique", "/external_id")),
        ({"external_id": ""}, ("blank", "/external_id")),
        ({"external_id": "x" * 101}, ("max_length", "/external_id")),
        ({"length_mm": 0}, ("min_value", "/length_mm")),
        ({"width_mm": 100_001}, ("max_value", "/width_mm")),
        ({"height_mm": "80"}, ("invalid", "/height_mm")),
        ({"unit": "x" * 21}, ("max_length", "/unit")),
        ({"unit": None}, ("null", "/unit")),
        ({"min_quantity": 0}, ("min_value", "/min_quantity")),
        ({"min_quantity": None}, ("null", "/min_quantity")),
        ({"quantity_step": 0}, ("min_value", "/quantity_step")),
        ({"quantity_step": 10_001}, ("max_value", "/quantity_step")),
        ({"meta_title": "x" * 256}, ("max_length", "/meta_title")),
        ({"meta_description": "x" * 501}, ("max_length", "/meta_description")),
        ({"related": [1, 1]}, ("invalid", "/related")),
        ({"related": [10**15]}, ("invalid", "/related")),
        ({"popularity": 5}, ("unknown_member", "/popularity")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_value_that_cannot_be_is_refused(staff_api, values, error):
    make_product(barcode=BARCODE, external_id="1c-77")
    tea = make_product()
    before = Product.objects.values().get(pk=tea.pk)

    answer = staff_api.patch(f"{URL}{tea.pk}/", values)

    assert refusal_of(answer) == (400, "validation_error", [error])
    assert Product.objects.values().get(pk=tea.pk) == before


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("field", "value"), [("barcode", BARCODE), ("external_id", "1c-77")])
def test_one_of_two_gets_what_both_want_at_once(staff, field, value):
    products = [make_product(), make_product()]

    answers = at_once(2, lambda hand: signed_in(staff).patch(f"{URL}{products[hand].pk}/", {field: value}))

    assert sorted(answer.status_code for answer in answers) == [200, 400]
    [refused] = [answer for answer in answers if answer.status_code == 400]
    assert refusal_of(refused) == (400, "validation_error", [("unique", f"/{field}")])
