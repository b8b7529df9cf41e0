"""The calculator on the page of a delivery method: the price, what made it, or why there is none."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from apps.audit.models import AuditEntry
from apps.catalog.tests.factories import make_product
from apps.delivery.models import DeliveryMethod
from apps.delivery.tests.factories import make_method, make_point, make_rate, make_zone
from apps.delivery.tests.office import page_of
from apps.users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client: Client, staff: User) -> Client:
    client.force_login(staff)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def asked(client: Client, method: DeliveryMethod, **typed: str) -> Any:
    """Return the page after the calculator was asked."""
    page = client.get(page_of(method), {"country": "RU", "calculate": "Calculate", **typed})
    assert page.status_code == 200
    return page


def courier(**values: Any) -> DeliveryMethod:
    method = make_method(**values)
    make_rate(method, "350.00", zone=make_zone(("RU", "", "10"), name="Moscow"))
    make_rate(method, "900.00", zone=make_zone(("RU", "", ""), name="Russia"), from_weight_g=1_000)
    return method


def test_page_has_an_empty_calculator_for_the_country_of_the_store(office: Client):
    page = office.get(page_of(make_method()))

    assert page.context["result"] is None
    assert 'name="country" value="RU"' in page.text


def test_new_method_has_no_calculator_yet(office: Client):
    assert "calculator" not in office.get("/admin/delivery/deliverymethod/add/").text


def test_price_of_a_basket_with_the_zone_and_the_rate_that_made_it(office: Client):
    make_product(sku="TEA-1", price="390.00", weight_g=100)
    make_product(sku="TEA 7", price="420.00", weight_g=None)

    page = asked(office, courier(), basket="tea-1 × 2\r\nTEA 7 1\r\n", postal_code="101000")

    result = page.context["result"]
    assert (str(result["option"].price), result["zone"]) == ("350.00", "Moscow")
    assert (str(result["parcel"].items_total), result["parcel"].weight_g) == ("1200.00", 700)
    assert result["parcel"].weight_estimated is True
    text = page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Price of delivery: <strong>350.00 ₽</strong>" in text
    assert "Rate: from a total of 0.00 ₽ and a weight of 0 g on, 350.00 ₽" in text
    assert not AuditEntry.objects.exclude(target_kind="users.user").exists()


@pytest.mark.parametrize(
    ("line", "pieces"),
    [("TEA-1", 1), ("TEA-1 3", 3), ("TEA-1 x3", 3), ("TEA-1 × 3", 3), ("tea-1 х 3", 3), (" TEA-1 * 03 ", 3)],
)
def test_lines_of_a_basket_are_read_as_people_type_them(office: Client, line: str, pieces: int):
    make_product(sku="TEA-1", price="10.00")

    page = asked(office, courier(), basket=f"{line}\n\nTEA-1", postal_code="10")

    assert page.context["result"]["parcel"].items_total == 10 * (pieces + 1)


def test_total_with_a_discount_that_makes_delivery_free_by_its_basis(office: Client):
    method = courier(free_from=1000, free_from_basis="before_discounts")

    page = asked(office, method, total="1000.00", discount="200.5", weight_g="1000", postal_code="190000")

    result = page.context["result"]
    assert (str(result["option"].price), result["zone"], result["option"].is_free) == ("0.00", "Russia", True)
    assert (str(result["parcel"].goods), result["parcel"].weight_g) == ("799.50", 1_000)
    assert "Free from 1,000.00" in page.text


REASONS: dict[str, tuple[dict[str, Any], dict[str, str], str]] = {
    "below the minimum": ({"min_total": 1000}, {"total": "1"}, "The total is below the minimum."),
    "above the maximum": ({"max_total": 1}, {"total": "2"}, "The total is above the maximum."),
    "too heavy": ({"max_weight_g": 1}, {"total": "1", "weight_g": "2", "postal_code": "10"}, "too heavy for"),
    "no zone": ({}, {"total": "1", "country": "nz"}, "The method has no rate for any zone of this place."),
    "no step": ({}, {"total": "1", "postal_code": "2"}, "The zone has no rate for such a small total"),
    "no point": ({"kind": "pickup_point", "carrier": "cdek"}, {"total": "1"}, "depends on the pick-up point"),
}


@pytest.mark.parametrize("case", REASONS)
def test_reason_why_the_method_is_not_available(office: Client, case: str):
    method, typed, reason = REASONS[case]

    page = asked(office, courier(**method), **typed)

    assert page.context["result"]["option"].price is None
    assert reason in page.text


def test_points_are_found_by_their_code_with_the_carrier_of_the_method(office: Client):
    method = courier(kind="pickup_point", carrier="cdek")
    make_point(provider="other", code="A1", postal_code="190000")
    make_point(provider="cdek", code="A1", postal_code="101000")

    page = asked(office, method, total="1", point="A1")

    assert (page.context["result"]["zone"], 'name="postal_code"' in page.text) == ("Moscow", False)


def test_own_shop_is_found_among_the_shops(office: Client):
    method = courier(kind="pickup")
    make_point(provider="own", code="A1", kind="shop", postal_code="101000")
    make_point(provider="cdek", code="A2", kind="pvz", postal_code="101000")

    found, unknown = (asked(office, method, total="1", point=code) for code in ("A1", "A2"))

    assert found.context["result"]["zone"] == "Moscow"
    assert unknown.context["result"] is None
    assert "There is no such pick-up point for this delivery method." in unknown.text


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({}, "Enter a basket, or a total."),
        ({"basket": "NO-1 × 2"}, "No such product: NO-1."),
        ({"basket": "\n".join(f"NO-{number}" for number in range(101))}, "At most 100 products."),
        ({"total": "-1"}, "greater than or equal to 0"),
        ({"total": "1", "discount": "2"}, "The discount is above the total."),
        ({"total": "1", "country": "XX"}, "Enter the two-letter code of a country"),
        ({"total": "1", "country": ""}, "This field is required."),
        ({"total": "NaN"}, "Enter a number."),
        ({"total": "1", "weight_g": "9" * 30}, "less than or equal to"),
        ({"total": "1", "region": "\0"}, "Null characters are not allowed."),
    ],
)
def test_bad_input_is_told(office: Client, typed: dict[str, str], error: str):
    page = asked(office, courier(), **typed)

    assert page.context["result"] is None
    assert error in page.text


def test_method_that_is_not_offered_can_be_tried_out(office: Client):
    page = asked(office, courier(is_active=False), total="1", postal_code="10")

    assert str(page.context["result"]["option"].price) == "350.00"
    assert "The method is not offered at present." in page.text


def test_order_desk_may_calculate_and_change_nothing(client: Client, make_user: Any):
    user = make_user(is_staff=True)
    user.groups.add(Group.objects.get(name="Order desk"))
    client.force_login(user)

    page = asked(client, courier(), total="1", postal_code="10")

    assert str(page.context["result"]["option"].price) == "350.00"
    assert 'name="_save"' not in page.text
