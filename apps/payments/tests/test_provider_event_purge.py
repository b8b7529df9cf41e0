"""Callbacks are kept for 90 days."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from apps.jobs.tasks import maintenance
from apps.orders.tests.factories import make_order
from apps.payments import provider_events
from apps.payments.models import Payment, ProviderEvent
from apps.payments.provider_events import purge_provider_events
from apps.payments.tests.factories import make_payment
from apps.users.models import User

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEPT = timedelta(days=90)


@pytest.fixture
def payment(customer: User) -> Payment:
    return make_payment(make_order(customer))


def receive(payment: Payment, *numbers: str) -> None:
    for number in numbers:
        ProviderEvent.objects.create(provider="stripe", event_id=number, kind="x", payment=payment, body="{}")


def test_events_are_deleted_after_ninety_days(payment: Payment):
    with time_machine.travel(NOON, tick=False) as traveller:
        receive(payment, "old")
        traveller.shift(timedelta(seconds=1))
        receive(payment, "younger")
        traveller.move_to(NOON + KEPT)
        early = purge_provider_events()
        traveller.shift(timedelta(seconds=1))

        count = purge_provider_events()

    assert (early, count) == (0, 1)
    assert list(ProviderEvent.objects.values_list("event_id", flat=True)) == ["younger"]


def test_long_backlog_is_deleted_in_parts(payment: Payment, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(provider_events, "PURGED_AT_ONCE", 2)
    with time_machine.travel(NOON - 2 * KEPT, tick=False):
        receive(payment, *"12345")

    assert purge_provider_events() == 5


def test_maintenance_deletes_them(payment: Payment):
    with time_machine.travel(NOON - 5 * KEPT, tick=False):
        receive(payment, "old")
    receive(payment, "new")

    maintenance()

    assert list(ProviderEvent.objects.values_list("event_id", flat=True)) == ["new"]
