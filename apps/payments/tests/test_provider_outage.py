"""A provider that is dead or hangs stops nothing but payments by it, and those begin once it lives."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from apps.catalog.tests.factories import make_product
from apps.core.tests.threads import at_once
from apps.jobs.models import Job
from apps.jobs.runner import run_due_jobs
from apps.orders.models import Order, PaymentMethod
from apps.orders.services import change_status
from apps.orders.statuses import OrderStatus
from apps.payments import providers
from apps.payments.tests.api_calls import payments_of, start
from apps.payments.tests.scripted_provider import ScriptedProvider
from apps.payments.tests.tills import begun, money_of, order_for
from apps.users.models import User
from conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def second_provider(monkeypatch: pytest.MonkeyPatch, settings, emulator) -> Iterator[PaymentMethod]:
    """Return a method of another provider, which works."""
    scripted = f"{ScriptedProvider.__module__}.{ScriptedProvider.__qualname__}"
    monkeypatch.setitem(providers.CLASSES, "stripe", scripted)
    settings.PAYMENT_PROVIDERS = ["manual", "emulator", "stripe"]
    providers.provider_named.cache_clear()
    yield PaymentMethod.objects.create(code="second", name_ru="Иначе", provider="stripe", terms="prepaid")
    providers.provider_named.cache_clear()


def placed(api, product: int) -> Order:
    """Place an order by the API, for a payment online."""
    body = {"items": [{"product_id": product, "quantity": 1}], "payment_method": "online"}
    response = api.post("/api/v1/orders/", body)
    assert response.status_code == 201
    return Order.objects.get(pk=response.json()["id"])


def test_ten_minutes_without_a_provider(emulator, online, second_provider, customer: User):
    """Orders are placed, others are paid, mails leave; and then what was begun begins, each once."""
    product = make_product(price="100.00", stock=100).pk
    emulator.faults.set(["dead"], 1.0)
    with time_machine.travel(timezone.now(), tick=True) as clock:
        api = signed_in(customer)
        orders = [placed(api, product) for _order in range(6)]
        answers = [start(api, order) for order in orders]
        assert [each.status_code for each in answers] == [202] * 5 + [503]  # it is known by now
        assert all("Retry-After" in each for each in answers)
        for _turn in range(2):
            assert start(api, placed(api, product), method="second").status_code == 201
            run_due_jobs(100)
            clock.shift(timedelta(minutes=5))
        assert len([message for message in mail.outbox if message.to == [customer.email]]) == 6 + 2
        assert emulator.bank.payments() == []

        emulator.faults.set([], 1.0)
        clock.shift(timedelta(minutes=1))
        run_due_jobs(100)
        clock.shift(timedelta(minutes=6))  # more than the longest pause
        run_due_jobs(100)
        api = signed_in(customer)
        assert start(api, orders[-1]).status_code == 201

        payments = [payment for order in orders for payment in api.get(payments_of(order)).json()]
    assert [(each["order_id"], each["status"]) for each in payments] == [
        (order.pk, "requires_action") for order in orders
    ]
    there = [(each["metadata"]["order_id"], each["metadata"]["uid"]) for each in emulator.bank.payments()]
    assert sorted(there) == [(each["order_id"], each["id"]) for each in payments]
    assert not Job.objects.filter(status="failed").exists()


def test_nobody_else_waits_for_a_provider_that_hangs(
    provider, online, customer: User, staff: User, monkeypatch: pytest.MonkeyPatch
):
    """Not even who changes the very order whose payment is being begun: no lock is held for the call."""
    hanging, goes_on, is_begun = threading.Event(), threading.Event(), threading.Event()
    create = provider.create

    def create_slowly(request):
        hanging.set()
        assert goes_on.wait(60)
        return create(request)

    def begin() -> str:
        payment = begun(order)
        is_begun.set()
        return payment.status

    def go_on_meanwhile() -> tuple[str, bool]:
        assert hanging.wait(60)
        try:
            by_hand = begun(order_for(customer), method="manual")
            change_status(order_id=order.pk, new_status=OrderStatus.CANCELLED, changed_by=staff)
            return by_hand.status, is_begun.is_set()
        finally:
            goes_on.set()

    monkeypatch.setattr(provider, "create", create_slowly)
    order = order_for(customer)
    ends = at_once(2, lambda hand: (begin, go_on_meanwhile)[hand]())

    assert ends == ["requires_action", ("pending", False)]
    assert money_of(order)["status"] == "cancelled"
