"""Metrics of payments: what is open and under way by provider, at each scrape, whatever else there is."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from apps.orders.tests.factories import make_order
from apps.payments.metrics import PaymentCollector
from apps.payments.models import Payment, PaymentQuerySet, Refund
from apps.payments.tests.factories import make_payment
from apps.users.models import User

pytestmark = [pytest.mark.embedded, pytest.mark.django_db]

TOKEN = "scrape-" * 8
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def begun(customer: User, *, ago: timedelta, **values: object) -> Payment:
    payment = make_payment(make_order(customer), **values)
    Payment.objects.filter(pk=payment.pk).update(created_at=NOON - ago)
    return payment


def give_back(payment: Payment, status: str) -> None:
    Refund.objects.create(order=payment.order, payment=payment, amount=1, status=status, cause="manual")


def scraped() -> dict[str, dict[str, int]]:
    """Return the figures by their names and providers, in whole numbers."""
    return {
        family.name: {sample.labels["provider"]: int(sample.value) for sample in family.samples}
        for family in PaymentCollector().collect()
    }


def test_open_payments_and_refunds_are_counted_by_provider(customer: User, settings):
    settings.PAYMENT_PROVIDERS = ["manual", "stripe"]
    for status in ("created", "pending", "requires_action"):
        begun(customer, ago=timedelta(hours=1), provider="stripe", status=status)
    begun(customer, ago=timedelta(hours=2), provider="yookassa")
    for status in ("paid", "failed", "cancelled", "expired"):
        over = begun(customer, ago=timedelta(days=9), provider="stripe", status=status)
    for status in ("created", "pending", "succeeded", "failed"):
        give_back(over, status)

    with time_machine.travel(NOON, tick=False):
        figures = scraped()

    assert figures == {
        "store_payments_open": {"manual": 0, "stripe": 3, "yookassa": 1},
        "store_payments_oldest_open_seconds": {"manual": 0, "stripe": 3600, "yookassa": 7200},
        "store_refunds_under_way": {"manual": 0, "stripe": 2, "yookassa": 0},
    }


def test_figures_stand_on_the_page(customer: User, settings):
    settings.METRICS_TOKEN, settings.PAYMENT_PROVIDERS = TOKEN, ["manual"]
    begun(customer, ago=timedelta(0), provider="stripe")

    page = APIClient().get("/metrics", HTTP_AUTHORIZATION=f"Bearer {TOKEN}").content.decode()

    assert 'store_payments_open{provider="stripe"} 1.0' in page
    assert 'store_payments_open{provider="manual"} 0.0' in page


def test_scrape_takes_two_statements(customer: User):
    begun(customer, ago=timedelta(0), provider="stripe")

    with CaptureQueriesContext(connection) as queries:
        scraped()

    assert len(queries) == 2


def test_without_the_database_there_are_no_figures(monkeypatch: pytest.MonkeyPatch, caplog):
    def fail(_self: PaymentQuerySet) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(PaymentQuerySet, "open_by_provider", fail)

    assert scraped() == {}
    assert "The payments cannot be counted: away" in caplog.text
