"""The page of an order with everything that an order can have, and the list by its columns and filters."""

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from apps.audit.models import AuditEntry
from apps.catalog.tests.factories import make_product
from apps.orders.models import Order, OrderDiscount, StatusChange
from apps.orders.services import write_staff_note
from apps.orders.tests.checkout_shop import (
    ADDRESS,
    make_automatic,
    make_coupon,
    make_method,
    make_payment_method,
    make_point,
    make_tax,
)
from apps.orders.tests.factories import make_order
from apps.users.models import User

LIST = "/admin/orders/order/"
SAVED, CHANGED = "The staff note is saved.", "changed “staff note” after you opened the page."

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(customer_api: APIClient, settings: Any) -> Order:
    """Return an order of two teas, with tax, a coupon, a pick-up point, two addresses and notes."""
    settings.STORE_TAX_CLASS = make_tax().code
    make_method("points", kind="pickup_point", carrier="boxes", name_en="Boxes")
    make_point()
    make_coupon(name_en="Ten off")
    make_payment_method("card", name_en="By card")
    teas = [make_product(name=name, sku=name, price="100.00") for name in ("Assam", "Sencha")]
    body = {
        "items": [{"product_id": tea.pk, "quantity": 2} for tea in teas],
        "delivery": {"method": "points"},
        "pickup_point": {"provider": "boxes", "code": "MSK1"},
        "shipping_address": {**ADDRESS, "note": "Ring twice"},
        "billing_address": {**ADDRESS, "name": "Rose <GmbH>", "tax_id": "7701234567"},
        "coupon": "TEA10",
        "payment_method": "card",
        "customer_note": "Pack it well",
        "gift_message": "Happy birthday",
    }
    placed = customer_api.post("/api/v1/orders/", body, format="json", headers={"Accept-Language": "en"})
    assert placed.status_code == 201, placed.json()
    return Order.objects.get(pk=placed.json()["id"])


def page_of(order: Order) -> str:
    return f"{LIST}{order.pk}/change/"


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.text)))


def messages_of(response: Any) -> list[str]:
    return [message.message for message in response.context["messages"]]


def test_page_shows_all_of_an_order(office: Client, order: Order):
    Order.objects.filter(pk=order.pk).update(needs_look="overpaid")
    StatusChange.objects.create(
        order=order, from_status="pending", to_status="processing", changed_by=None, actor="system"
    )

    page = text_of(office.get(page_of(order)))

    for shown in (
        "Payment: unpaid By card",
        "⚠ needs a look",
        "Needs a look: overpaid",
        "Delivery: Boxes",
        "Shipment: not shipped boxes Recipient:",
        "Анна Смирнова 8 (912) 345-67-89 101000, RU, Москва, Мясницкая, 1 Ring twice",
        "Пункт на Мясницкой 101000, Москва, Мясницкая, 10 boxes MSK1",
        "Rose <GmbH> 7701234567",
        "Pack it well",
        "Happy birthday",
        "2 100.00 ₽ 20.00 ₽ 22 %: 32.46 ₽ 180.00 ₽",
        "Goods 400.00 ₽ Discounts on goods -40.00 ₽ Delivery 350.00 ₽ Total 710.00 ₽ including VAT 22 % 128.",
        "Ten off TEA10 Assam: 20.00 ₽ Sencha: 20.00 ₽ 40.00 ₽",
        "pending → processing the store itself",
    ):
        assert shown in page, f"{shown} in {page}"


def test_page_of_a_plain_order_is_as_plain(office: Client, customer: User):
    page = text_of(office.get(page_of(make_order(customer)))).partition("ID:")[2]  # below the menu

    for absent in ("Recipient", "Pick-up point", "Billed to", "Notes", "Discount", "Tax", "a look"):
        assert absent not in page
    assert "Goods 10.00 ₽ Total 10.00 ₽" in page


def test_rate_with_decimals_is_written_as_in_the_language(office: Client, customer: User, settings: Any):
    settings.STORE_TAX_CLASS = make_tax(rate="5.50").code
    order = make_order(customer, {make_product(price="211.00"): 1})

    page = text_of(office.get(page_of(order), headers={"Accept-Language": "ru"}))

    assert "в том числе НДС 5,5 % 11,00 ₽" in page


def test_net_prices_have_the_tax_on_top(office: Client, customer: User, settings: Any):
    settings.PRICES_INCLUDE_TAX, settings.STORE_TAX_CLASS = False, make_tax().code

    page = text_of(office.get(page_of(make_order(customer, {make_product(price="100.00"): 1}))))

    assert "Goods 100.00 ₽ VAT 22 % 22.00 ₽ Total 122.00 ₽" in page


def test_bill_tells_what_was_cancelled_and_paid(office: Client, customer: User):
    order = make_order(customer, {make_product(price="100.00"): 1})
    Order.objects.filter(pk=order.pk).update(cancelled_total=30, paid_total=100, refunded_total=10)

    page = text_of(office.get(page_of(order)))

    assert "Total 100.00 ₽ Cancelled 30.00 ₽ Paid 100.00 ₽ Refunded 10.00 ₽ To give back 20.00 ₽" in page


def test_staff_note_is_edited_and_audited(office: Client, staff: User, order: Order):
    form = opened_note(office, order)

    response = office.post(f"{LIST}{order.pk}/note/", {**form, "staff_note": "Call first"}, follow=True)

    assert messages_of(response) == [f"Order #{order.pk}: {SAVED}"]
    assert ">Call first</textarea>" in response.text
    entry = AuditEntry.objects.about(order).latest("pk")
    assert (entry.actor, entry.source) == (staff, "admin")
    assert entry.changes == {"staff_note": ["", "…"]}


def test_note_of_somebody_else_is_not_overwritten_and_the_own_one_is_told(
    office: Client, make_user: Any, order: Order
):
    olga = make_user(username="olga", is_staff=True)
    form = opened_note(office, order)
    write_staff_note(order_id=order.pk, note="Hers", written_by=olga)

    for version in (form, {}):
        response = office.post(f"{LIST}{order.pk}/note/", {**version, "staff_note": "Mine"}, follow=True)

        assert messages_of(response) == [
            f"Order #{order.pk}: olga {CHANGED} It is now “Hers”. You wrote: “Mine”"
        ]
        assert Order.objects.get(pk=order.pk).staff_note == "Hers"


def test_note_that_is_too_long_is_refused(office: Client, order: Order):
    form = opened_note(office, order)

    office.post(f"{LIST}{order.pk}/note/", {**form, "staff_note": "x" * 1001})

    assert Order.objects.get(pk=order.pk).staff_note == ""


def opened_note(office: Client, order: Order) -> dict[str, str]:
    page = office.get(page_of(order)).text
    found = re.search(r'id="store-note".*?name="version" value="([^"]+)"', page, re.DOTALL)
    assert found
    return {"version": unescape(found[1])}


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ({"payment_status__exact": "unpaid"}, True),
        ({"payment_status__exact": "paid"}, False),
        ({"payment_method": "card"}, True),
        ({"payment_method": "manual"}, False),
        ({"delivery_method": "points"}, True),
        ({"delivery_method": "courier"}, False),
        ({"coupon": "tea10"}, True),
        ({"coupon": "TEA"}, False),
        ({"promotion": "{used}"}, True),
        ({"promotion": "{unused}"}, False),
        ({"promotion": "{used}", "coupon": "OTHER"}, False),
        ({"promotion": "x"}, False),
        ({"needs_look": "yes"}, True),
    ],
)
def test_list_is_filtered_by_methods_and_discounts(
    office: Client, customer: User, order: Order, query: dict[str, str], is_found: bool
):
    Order.objects.filter(pk=order.pk).update(needs_look="overpaid")
    plain, unused = make_order(customer), make_automatic(value=1).pk
    Order.objects.filter(pk=plain.pk).update(payment_status="not_due")
    used = OrderDiscount.objects.get(order=order).promotion_id
    values = {name: value.format(used=used, unused=unused) for name, value in query.items()}

    response = office.get(LIST, values)

    assert [each.pk for each in response.context["cl"].result_list] == ([order.pk] if is_found else [])


def test_list_shows_payment_and_delivery(office: Client, customer: User, order: Order):
    make_order(customer)

    page = text_of(office.get(LIST))

    assert "pending unpaid By card Boxes 710.00 ₽" in page
    assert "pending unpaid — 10.00 ₽" in page
