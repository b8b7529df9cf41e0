"""Fixtures for the tests of payments: a provider whose answers the test orders, and a way to pay by it."""

import pytest

from apps.orders.models import PaymentMethod
from apps.payments import providers
from apps.payments.tests.scripted_provider import ScriptedProvider


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, settings) -> ScriptedProvider:
    """Put a scripted provider in the place of the emulator."""
    scripted = ScriptedProvider()
    real = providers.provider_named

    def named(code: str):
        return scripted if code == "emulator" else real(code)

    monkeypatch.setattr(providers, "provider_named", named)
    for module in ("ledger", "starting", "checking", "settling", "refunding", "receipting"):
        monkeypatch.setattr(f"apps.payments.services.{module}.provider_named", named)
    monkeypatch.setattr("apps.payments.handlers.provider_named", named)
    settings.PAYMENT_PROVIDERS = ["manual", "emulator"]
    return scripted


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
