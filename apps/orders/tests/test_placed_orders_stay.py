"""A placed order stays what it was, whatever is edited: rates, prices, promotions, methods, addresses."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from apps.catalog.models import Category, Product
from apps.catalog.services import deactivate_product, update_product
from apps.catalog.tests.factories import make_category, make_product
from apps.delivery.models import DeliveryMethod, DeliveryRate, DeliveryZone, PickupPoint, SavedAddress
from apps.orders.invoices import drawn
from apps.orders.models import Order, PaymentMethod
from apps.orders.order_reconciliation import order_differences
from apps.orders.tests.checkout_shop import (
    ADDRESS,
    make_automatic,
    make_coupon,
    make_method,
    make_payment_method,
    make_point,
    make_tax,
)
from apps.promotions.models import Promotion, PromotionCode
from apps.store.models import TaxClass, TaxRate
from apps.users.models import User

ORDERS = "/api/v1/orders/"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def placed(customer_api: APIClient, customer: User, settings) -> dict[str, Any]:
    """Return an order with every part, to a point, with a name and phone out of the address book."""
    settings.STORE_TAX_CLASS = make_tax().code
    make_method("pickup_point", carrier="boxes", name_en="")
    make_point()
    make_coupon()
    make_automatic(scope="items", value=7)
    make_payment_method()
    saved = SavedAddress.objects.create(user=customer, **ADDRESS | {"phone": "+79123456789"})
    reduced = make_category(tax_class=make_tax("reduced", "10.00"))
    products = [make_product(price="390.00", weight_g=200), make_product(price="0.35", category=reduced)]
    body = {
        "items": [{"product_id": product.pk, "quantity": 3} for product in products],
        "delivery": {"method": "pickup_point"},
        "pickup_point": {"provider": "boxes", "code": "MSK1"},
        "shipping_address_id": saved.pk,
        "billing_address": ADDRESS | {"company": "ООО «Чай»", "tax_id": "7701234567"},
        "coupon": "TEA10",
        "payment_method": "invoice",
        "customer_note": "После шести",
    }
    order = customer_api.post(ORDERS, body)
    assert order.status_code == 201
    return order.json()


def shown(api: APIClient, pk: int) -> str:
    """Return all that the order shows, and its sheet, as they are now."""
    order = Order.objects.select_related("user").get(pk=pk)
    Order.objects.filter(pk=pk).update(tracking_number=order.tracking_number)  # drops what is cached
    told = api.get(f"{ORDERS}{pk}/").json()
    listed = api.get(ORDERS).json()["results"]
    return json.dumps([told, listed, drawn(order).hex()])


def edit_products() -> None:
    for product in Product.objects.all():
        update_product(product.pk, price=product.price + 1, name="Другое", sku=f"OTHER-{product.pk}")
        Product.objects.filter(pk=product.pk).update(weight_g=9_000, tax_class=None)
        deactivate_product(product.pk)
    Category.objects.update(tax_class=None)


def edit_taxes() -> None:
    TaxRate.objects.update(rate=Decimal(99))
    TaxClass.objects.update(name_ru="Иначе")
    Product.objects.update(tax_class=None)
    Category.objects.update(tax_class=None)
    TaxRate.objects.all().delete()
    TaxClass.objects.all().delete()


def edit_promotions() -> None:
    Promotion.objects.update(name_ru="Иначе", value=Decimal(50), ends_at=timezone.now() - timedelta(1))
    PromotionCode.objects.update(code="OTHER", is_active=False)
    make_automatic(value=90)


def edit_methods() -> None:
    DeliveryRate.objects.update(price=Decimal(1))
    DeliveryMethod.objects.update(name_ru="Иначе", name_en="Other", carrier="other", is_active=False)
    PaymentMethod.objects.update(name_ru="Иначе", is_active=False)
    PaymentMethod.objects.all().delete()
    DeliveryMethod.objects.all().delete()
    DeliveryZone.objects.all().delete()


def edit_places() -> None:
    PickupPoint.objects.update(name="Иначе", address="Иная, 1", city="Тверь", is_active=False)
    SavedAddress.objects.update(name="Иная", line1="Иная, 1", phone="+79990000000")
    SavedAddress.objects.all().delete()
    PickupPoint.objects.all().delete()


@pytest.mark.parametrize(
    "edit",
    [edit_products, edit_taxes, edit_promotions, edit_methods, edit_places],
    ids=lambda edit: edit.__name__,
)
def test_later_edits_change_no_placed_order(
    customer_api: APIClient, placed: dict[str, Any], edit: Callable[[], None]
):
    before = shown(customer_api, placed["id"])
    assert json.loads(before)[0] == placed

    edit()

    assert shown(customer_api, placed["id"]) == before
    assert list(order_differences()) == []


def test_settings_of_taxes_change_no_placed_order(customer_api: APIClient, settings, placed: dict[str, Any]):
    before = shown(customer_api, placed["id"])

    settings.PRICES_INCLUDE_TAX = False
    settings.STORE_TAX_CLASS = "none"
    settings.TAX_DESTINATION = "destination"

    assert shown(customer_api, placed["id"]) == before


def test_cancelled_after_all_edits_it_credits_what_it_cost(customer_api: APIClient, placed: dict[str, Any]):
    for edit in (edit_products, edit_taxes, edit_promotions, edit_methods, edit_places):
        edit()

    cancelled = customer_api.patch(f"{ORDERS}{placed['id']}/", {"status": "cancelled"}).json()

    assert cancelled["cancelled_total"] == placed["total_price"]
    assert (cancelled["amount_due"], cancelled["payment_status"]) == ("0.00", "not_due")
    assert list(order_differences()) == []
