"""What staff change between a quote and its order: the order is refused, or costs what it costs now."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.catalog.models import Product
from apps.catalog.services import deactivate_product, update_product
from apps.catalog.tests.factories import make_product
from apps.delivery.models import DeliveryMethod, DeliveryRate, DeliveryZoneMember, PickupPoint
from apps.orders.models import Order, PaymentMethod
from apps.orders.tests.checkout_shop import (
    ADDRESS,
    make_coupon,
    make_method,
    make_payment_method,
    make_point,
    make_tax,
)
from apps.promotions.models import Promotion, PromotionCode
from apps.store.models import TaxRate

ORDERS, QUOTE = "/api/v1/orders/", "/api/v1/orders/quote/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def body(settings) -> dict[str, Any]:
    """Return two teas for 100.00 each, 10 % off, with a courier for 50.00; 20 % of tax come on top."""
    settings.STORE_TAX_CLASS = make_tax(rate="20.00").code
    settings.PRICES_INCLUDE_TAX = False
    make_method(price="50.00")
    make_method("pickup_point", price="50.00", carrier="boxes")
    make_point()
    make_coupon()
    make_payment_method()
    return {
        "items": [{"product_id": make_product(price="100.00").pk, "quantity": 2}],
        "delivery": {"method": "courier"},
        "shipping_address": ADDRESS,
        "coupon": "TEA10",
        "payment_method": "invoice",
    }


def parts(**changed: tuple[str | None, str]) -> dict[str, dict[str, str | None]]:
    """Return the parts of a total: those that changed, and nothing known of the others before."""
    now = {"items": "200.00", "discount": "20.00", "delivery": "50.00", "tax": "46.00"}
    amounts = {name: (None, new) for name, new in now.items()} | changed
    return {name: {"old": old, "new": new} for name, (old, new) in amounts.items()}


CHANGES: dict[str, tuple[Callable[[], object], str, dict[str, Any]]] = {
    "the price of delivery": (
        lambda: DeliveryRate.objects.update(price=Decimal(60)),
        "288.00",
        parts(delivery=(None, "60.00"), tax=(None, "48.00")),
    ),
    "free delivery from a total": (
        lambda: DeliveryMethod.objects.update(free_from=Decimal(180)),
        "216.00",
        parts(delivery=(None, "0.00"), tax=(None, "36.00")),
    ),
    "a tax rate": (lambda: TaxRate.objects.update(rate=Decimal(10)), "253.00", parts(tax=(None, "23.00"))),
    "the worth of the coupon": (
        lambda: Promotion.objects.update(value=Decimal(5)),
        "288.00",
        parts(discount=(None, "10.00"), tax=(None, "48.00")),
    ),
    "a new promotion": (
        lambda: Promotion.objects.create(name_ru="Даром", kind="free_delivery", trigger="automatic"),
        "216.00",
        parts(delivery=(None, "0.00"), tax=(None, "36.00")),
    ),
    "the price of a product": (
        lambda: update_product(Product.objects.get().pk, price=Decimal(110)),
        "297.60",
        parts(
            items=("200.00", "220.00"),
            discount=("20.00", "22.00"),
            delivery=("50.00", "50.00"),
            tax=("46.00", "49.60"),
        ),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_order_that_costs_another_total_now_is_refused_if_one_was_expected(
    customer_api: APIClient, body: dict, change: str
):
    edit, total, told = CHANGES[change]
    quoted = customer_api.post(QUOTE, body).json()["total_price"]
    edit()

    refused = customer_api.post(ORDERS, body | {"expected_total": quoted})
    placed = customer_api.post(ORDERS, body)

    assert (quoted, refused.status_code, refused.json()["code"]) == ("276.00", 409, "price_changed")
    assert (refused.json()["expected_total"], refused.json()["total_price"]) == ("276.00", total)
    assert refused.json()["parts"] == told
    assert (placed.status_code, placed.json()["total_price"]) == (201, total)
    assert Order.objects.count() == 1


POINT = {"delivery": {"method": "pickup_point"}, "pickup_point": {"provider": "boxes", "code": "MSK1"}}
OFF: dict[str, tuple[Callable[[], object], dict[str, Any], str, str | None]] = {
    "the delivery method": (
        lambda: DeliveryMethod.objects.update(is_active=False),
        {},
        "delivery_unavailable",
        None,
    ),
    "its rates": (lambda: DeliveryRate.objects.all().delete(), {}, "delivery_unavailable", None),
    "its zone": (
        lambda: DeliveryZoneMember.objects.update(country="KZ"),
        {},
        "delivery_unavailable",
        None,
    ),
    "weights": (
        lambda: DeliveryMethod.objects.update(max_weight_g=999),
        {},
        "delivery_too_heavy",
        None,
    ),
    "the point": (
        lambda: PickupPoint.objects.update(is_active=False),
        POINT,
        "pickup_point_unavailable",
        None,
    ),
    "the promotion": (
        lambda: Promotion.objects.update(is_active=False),
        {},
        "coupon_invalid",
        "not_valid",
    ),
    "the code": (lambda: PromotionCode.objects.update(is_active=False), {}, "coupon_invalid", "not_valid"),
    "the last use": (
        lambda: Promotion.objects.update(usage_limit=3, used=3),
        {},
        "coupon_invalid",
        "used_up",
    ),
    "the payment method": (
        lambda: PaymentMethod.objects.update(is_active=False),
        {},
        "payment_method_unavailable",
        None,
    ),
    "its delivery methods": (
        lambda: PaymentMethod.objects.get(code="invoice").delivery_methods.add(
            DeliveryMethod.objects.get(code="pickup_point")
        ),
        {},
        "payment_method_unavailable",
        None,
    ),
    "the product": (lambda: deactivate_product(Product.objects.get().pk), {}, "product_unavailable", None),
}


@pytest.mark.parametrize("change", OFF)
def test_order_with_what_was_switched_off_is_refused(customer_api: APIClient, body: dict, change: str):
    switch_off, more, code, reason = OFF[change]
    body |= more
    quote = customer_api.post(QUOTE, body).json()
    assert quote["problems"] == []
    switch_off()

    refused = customer_api.post(ORDERS, body | {"expected_total": quote["total_price"]})

    assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert refused.json().get("reason") == reason
    assert customer_api.post(QUOTE, body).json()["problems"][0]["code"] == code
    assert not Order.objects.exists()
