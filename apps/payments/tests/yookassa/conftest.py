"""Fixtures for the tests with YooKassa: a server that speaks its protocol, and the adapter that calls it."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from apps.catalog.tests.factories import make_product
from apps.orders.checkout import BasketLine, Checkout
from apps.orders.models import Order, OrderItem, PaymentMethod
from apps.orders.services import place_order
from apps.payments.providers.yookassa import YooKassa
from apps.payments.tests.yookassa.server import KEY, SHOP, YooKassaServer


@pytest.fixture
def server(settings) -> Iterator[YooKassaServer]:
    """Run YooKassa, and have the store offer it."""
    with YooKassaServer.running() as running:
        settings.YOOKASSA_API_URL = running.url
        settings.YOOKASSA_SHOP_ID, settings.YOOKASSA_SECRET_KEY = SHOP, KEY
        settings.YOOKASSA_NETWORKS = []
        settings.RECEIPT_PREPAYMENT_VAT = "plain"
        settings.PAYMENT_PROVIDERS = ["manual", "yookassa"]
        yield running


@pytest.fixture
def yookassa(server: YooKassaServer) -> YooKassa:
    return YooKassa()


@pytest.fixture
def online(server: YooKassaServer, db) -> PaymentMethod:
    """Return a method that is paid by YooKassa, before the order is processed."""
    return PaymentMethod.objects.create(
        code="online",
        name_ru="Картой онлайн",
        name_en="Card",
        provider="yookassa",
        terms="prepaid",
        expire_minutes=30,
        moves_to_processing=True,
    )


@pytest.fixture
def order(online, customer) -> Order:
    """Return an order of two mugs at 100 and a tea at 50, with 22 % VAT."""
    mug, tea = make_product(name="Кружка", price="100.00"), make_product(name="Чай", price="50.00")
    checkout = Checkout([BasketLine(mug.pk, 2), BasketLine(tea.pk, 1)], payment_method="online")
    placed = place_order(user=customer, checkout=checkout, language="ru")
    OrderItem.objects.filter(order_id=placed.pk).update(tax_rate=Decimal(22))
    return Order.objects.get(pk=placed.pk)
