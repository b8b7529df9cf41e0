"""Fixtures for the tests of payments: a provider whose answers the test orders, and a way to pay by it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.orders.models import PaymentMethod
from apps.payments import providers
from apps.payments.payment_emulator import PaymentEmulator
from apps.payments.tests.emulation import SECRET, payment_emulator
from apps.payments.tests.scripted_provider import ScriptedProvider


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, settings) -> Iterator[ScriptedProvider]:
    """Put a scripted provider in the place of the emulator."""
    scripted = f"{ScriptedProvider.__module__}.{ScriptedProvider.__qualname__}"
    monkeypatch.setitem(providers.CLASSES, "emulator", scripted)
    settings.PAYMENT_PROVIDERS = ["manual", "emulator"]
    providers.provider_named.cache_clear()
    yield providers.provider_named("emulator")
    providers.provider_named.cache_clear()


@pytest.fixture
def emulator(tmp_path: Path, settings) -> Iterator[PaymentEmulator]:
    """Run the emulator, by which the shop can be paid; nobody takes its callbacks."""
    with payment_emulator(tmp_path) as running:
        settings.PAYMENT_PROVIDERS = ["manual", "emulator"]
        settings.PAYMENT_EMULATOR_URL, settings.PAYMENT_EMULATOR_SECRET = running.url, SECRET
        yield running


@pytest.fixture
def online(db) -> PaymentMethod:
    """Return a method that is paid online within half an hour, before the order is processed."""
    return PaymentMethod.objects.create(
        code="online",
        name_ru="Картой онлайн",
        name_en="Card",
        provider="emulator",
        terms="prepaid",
        expire_minutes=30,
        moves_to_processing=True,
    )
