"""Fixtures for the tests with YooKassa: a server that speaks its protocol, and the adapter that calls it."""

from collections.abc import Iterator

import pytest

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
