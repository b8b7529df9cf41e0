"""A checkout with delivery, a coupon and taxes costs the same in the quote and in the order, to the cent."""

from decimal import Decimal

import pytest
from rest_framework.test import APIClient

from apps.catalog.models import Product
from apps.catalog.tests.factories import make_product, make_products
from apps.delivery.models import DeliveryMethod
from apps.orders.models import Cancellation, Order, OrderAddress, OrderDiscount
from apps.orders.tests.checkout_shop import (
    ADDRESS,
    SHOWN_ADDRESS,
    make_coupon,
    make_method,
    make_payment_method,
    make_tax,
)
from apps.promotions.models import Promotion, Redemption
from apps.users.models import User

ORDERS, QUOTE = "/api/v1/orders/", "/api/v1/orders/quote/"
PRICED = ("items_total", "discount_total", "delivery_price", "delivery_discount", "tax_total", "total_price")
LINE = ("product_id", "quantity", "price", "total", "discount", "amount", "tax_rate", "tax_amount")

pytestmark = pytest.mark.django_db


@pytest.fixture
def goods(settings) -> list[Product]:
    """Return two teas in a shop where all is taxed by 22 %, with a courier for 350.00 and the code TEA10."""
    settings.STORE_TAX_CLASS = make_tax().code
    make_method(days_min=2, days_max=4, free_from=Decimal(3000))
    make_coupon()
    make_payment_method("invoice")
    return [make_product(price="390.00", stock=9), make_product(price="420.00", stock=9)]


@pytest.fixture
def body(goods: list[Product]) -> dict:
    return {
        "items": [{"product_id": goods[0].pk, "quantity": 2}, {"product_id": goods[1].pk, "quantity": 1}],
        "delivery": {"method": "courier"},
        "shipping_address": ADDRESS,
        "coupon": "tea10",
        "payment_method": "invoice",
        "customer_note": "После шести",
        "gift_message": "С праздником!",
        "expected_total": "1430.00",
    }


def test_quote_explains_every_cent(customer_api: APIClient, goods: list[Product], body: dict):
    response = customer_api.post(QUOTE, body)

    assert response.status_code == 200
    quote = response.json()
    assert [tuple(line[name] for name in LINE) for line in quote["items"]] == [
        (goods[0].pk, 2, "390.00", "780.00", "78.00", "702.00", "22.00", "126.59"),
        (goods[1].pk, 1, "420.00", "420.00", "42.00", "378.00", "22.00", "68.16"),
    ]
    assert {name: quote[name] for name in PRICED} == {
        "items_total": "1200.00",
        "discount_total": "120.00",
        "delivery_price": "350.00",
        "delivery_discount": "0.00",
        "tax_total": "257.86",
        "total_price": "1430.00",
    }
    assert quote["discounts"] == [
        {"kind": "coupon", "target": "items", "code": "TEA10", "name": "10 % на чай", "amount": "120.00"}
    ]
    assert quote["taxes"] == [{"rate": "22.00", "base": "1172.14", "amount": "257.86"}]
    assert (quote["weight_g"], quote["weight_estimated"]) == (1500, True)
    assert quote["delivery"] == {
        "method": "courier",
        "name": "Курьер",
        "kind": "courier",
        "price": "350.00",
        "discount": "0.00",
        "tax_rate": "22.00",
        "tax_amount": "63.11",
    }
    assert quote["delivery_options"] == [
        {
            "method": "courier",
            "name": "Курьер",
            "kind": "courier",
            "available": True,
            "reason": None,
            "price": "350.00",
            "discount": "0.00",
            "free_from": "3000.00",
            "days_min": 2,
            "days_max": 4,
        }
    ]
    assert quote["payment_methods"][-1] == {
        "code": "invoice",
        "name": "По счёту",
        "terms": "invoice",
        "available": True,
        "reason": None,
    }
    assert (quote["notices"], quote["problems"]) == ([], [])
    assert not Order.objects.exists()


def test_order_costs_what_its_quote_said_and_keeps_all_of_it(
    customer_api: APIClient, goods: list[Product], body: dict
):
    quote = customer_api.post(QUOTE, body).json()

    response = customer_api.post(ORDERS, body)

    assert response.status_code == 201
    order = response.json()
    same = (*PRICED, "discounts", "taxes", "delivery", "prices_include_tax", "currency")
    assert {name: order[name] for name in same} == {name: quote[name] for name in same}
    assert [{name: line[name] for name in LINE} for line in order["items"]] == [
        {name: line[name] for name in LINE} for line in quote["items"]
    ]
    assert order["shipping_address"] == SHOWN_ADDRESS
    assert (order["billing_address"], order["pickup_point"]) == (None, None)
    assert (order["customer_note"], order["gift_message"]) == ("После шести", "С праздником!")
    assert (order["payment_method"], order["payment_method_name"]) == ("invoice", "По счёту")
    assert (order["payment_status"], order["shipment_status"]) == ("unpaid", "not_shipped")
    assert (order["amount_due"], order["balance"], order["paid_total"]) == ("1430.00", "1430.00", "0.00")
    assert customer_api.get(f"{ORDERS}{order['id']}/").json() == order
    (discount,) = OrderDiscount.objects.all()
    assert discount.allocation == {str(goods[0].pk): "78.00", str(goods[1].pk): "42.00"}
    assert OrderAddress.objects.get().kind == "shipping"
    assert Redemption.objects.get().order_id == order["id"]


def test_list_shows_the_columns_of_the_order_alone(customer_api: APIClient, body: dict):
    order = customer_api.post(ORDERS, body).json()

    (row,) = customer_api.get(ORDERS).json()["results"]

    left_out = {
        "items",
        "discounts",
        "taxes",
        "shipping_address",
        "billing_address",
        "pickup_point",
        "customer_note",
        "gift_message",
        "shipped_at",
        "delivered_at",
        "history",
    }
    expected = {name: value for name, value in order.items() if name not in left_out} | {"items_count": 2}
    assert row == expected


def test_net_prices_get_the_tax_on_top(customer_api: APIClient, settings, body: dict):
    settings.PRICES_INCLUDE_TAX = False

    order = customer_api.post(ORDERS, body | {"expected_total": "1744.60"}).json()

    assert [line["tax_amount"] for line in order["items"]] == ["154.44", "83.16"]
    assert order["delivery"]["tax_amount"] == "77.00"
    assert (order["tax_total"], order["total_price"]) == ("314.60", "1744.60")
    assert order["taxes"] == [{"rate": "22.00", "base": "1430.00", "amount": "314.60"}]
    assert order["prices_include_tax"] is False


def test_delivery_is_taxed_by_the_class_of_its_method(customer_api: APIClient, body: dict):
    DeliveryMethod.objects.update(tax_class=make_tax("letters", "10.00"))

    order = customer_api.post(ORDERS, body | {"expected_total": "1430.00"}).json()

    assert (order["delivery"]["tax_rate"], order["delivery"]["tax_amount"]) == ("10.00", "31.82")
    assert order["taxes"] == [
        {"rate": "22.00", "base": "885.25", "amount": "194.75"},
        {"rate": "10.00", "base": "318.18", "amount": "31.82"},
    ]


def test_net_order_gives_the_tax_on_its_delivery_back(customer_api: APIClient, settings, body: dict):
    settings.PRICES_INCLUDE_TAX = False
    order = customer_api.post(ORDERS, body | {"expected_total": "1744.60"}).json()

    cancelled = customer_api.patch(f"{ORDERS}{order['id']}/", {"status": "cancelled"}).json()

    assert (cancelled["cancelled_total"], cancelled["amount_due"]) == ("1744.60", "0.00")
    assert Order.objects.get().delivery_credited == Decimal("427.00")
    cancellation = Cancellation.objects.get()
    assert (cancellation.amount, cancellation.tax) == (Decimal("1080.00"), Decimal("237.60"))
    assert (cancellation.delivery_amount, cancellation.delivery_tax) == (Decimal("427.00"), Decimal("77.00"))
    assert cancellation.credited == Decimal("1744.60")


def test_code_for_free_delivery_is_shown_and_given_back_once_cancelled(customer_api: APIClient, body: dict):
    Promotion.objects.update(kind="free_delivery", value=0, usage_limit=1)

    order = customer_api.post(ORDERS, body | {"expected_total": "1200.00"}).json()

    (discount,) = customer_api.get(f"{ORDERS}{order['id']}/").json()["discounts"]
    assert (discount["target"], discount["code"], discount["amount"]) == ("delivery", "TEA10", "350.00")
    assert Promotion.objects.get().used == 1
    customer_api.patch(f"{ORDERS}{order['id']}/", {"status": "cancelled"})
    assert Promotion.objects.get().used == 0
    assert Redemption.objects.get().released_at is not None


def test_body_with_items_alone_costs_what_it_did(customer_api: APIClient):
    mug = make_product(price="2.50")

    order = customer_api.post(ORDERS, {"items": [{"product_id": mug.pk, "quantity": 3}]}).json()

    assert (order["total_price"], order["items_total"]) == ("7.50", "7.50")
    assert (order["tax_total"], order["delivery"], order["discounts"]) == ("0.00", None, [])
    assert order["taxes"] == [{"rate": None, "base": "7.50", "amount": "0.00"}]
    assert (order["payment_method"], order["shipping_address"]) == (None, None)
    assert order["payment_status"] == "unpaid"


def test_total_of_nothing_is_not_due_and_stays_pending_without_a_payment_method(customer_api: APIClient):
    gift = make_product(price="0.00")

    order = customer_api.post(ORDERS, {"items": [{"product_id": gift.pk, "quantity": 1}]}).json()

    assert (order["payment_status"], order["status"]) == ("not_due", "pending")


def test_total_of_nothing_is_processed_by_the_store_itself(customer_api: APIClient, customer: User):
    make_payment_method("invoice", moves_to_processing=True)
    gift = make_product(price="0.00")

    response = customer_api.post(
        ORDERS, {"items": [{"product_id": gift.pk, "quantity": 1}], "payment_method": "invoice"}
    )

    order = response.json()
    assert (order["payment_status"], order["status"]) == ("not_due", "processing")
    assert [(each["to_status"], each["changed_by"]) for each in order["history"]] == [
        ("pending", customer.username),
        ("processing", "system"),
    ]
    assert customer_api.get(f"{ORDERS}{order['id']}/").json() == order


def test_total_of_nothing_that_is_paid_on_delivery_waits_for_staff(customer_api: APIClient):
    make_payment_method("cash", terms="on_delivery", moves_to_processing=True)
    gift = make_product(price="0.00")

    order = customer_api.post(
        ORDERS, {"items": [{"product_id": gift.pk, "quantity": 1}], "payment_method": "cash"}
    ).json()

    assert (order["payment_status"], order["status"], len(order["history"])) == ("not_due", "pending", 1)


def test_goods_beyond_what_can_be_counted_are_refused_whatever_is_taken_off(customer_api: APIClient):
    make_coupon(value=Decimal(100))
    goods = make_products(11, price="99999999.99", stock=10_000)
    body = {"items": [{"product_id": each.pk, "quantity": 10_000} for each in goods], "coupon": "TEA10"}

    quote, response = customer_api.post(QUOTE, body).json(), customer_api.post(ORDERS, body)

    assert (quote["items_total"], quote["total_price"]) == ("10999999998900.00", "0.00")
    assert [problem["code"] for problem in quote["problems"]] == ["total_too_large"]
    assert (response.status_code, response.json()["code"]) == (400, "total_too_large")
    assert not Order.objects.exists()


def test_own_shop_sells_at_the_rates_of_its_country_whoever_collects(customer_api: APIClient, settings):
    settings.STORE_TAX_CLASS, settings.TAX_DESTINATION = make_tax().code, "destination"
    make_tax(rate="19.00", country="DE")
    make_method("pickup", price="0.00")
    make_method("courier", price=None).rates.create(price="0.00")
    mug = make_product(price="122.00")
    body = {
        "items": [{"product_id": mug.pk, "quantity": 1}],
        "shipping_address": {**ADDRESS, "country": "DE", "postal_code": "10115", "phone": ""},
    }

    collected = customer_api.post(QUOTE, body | {"delivery": {"method": "pickup"}}).json()
    sent = customer_api.post(QUOTE, body | {"delivery": {"method": "courier"}}).json()

    assert (collected["problems"], sent["problems"]) == ([], [])
    assert [row["rate"] for row in collected["taxes"]] == ["22.00"]
    assert [row["rate"] for row in sent["taxes"]] == ["19.00"]
