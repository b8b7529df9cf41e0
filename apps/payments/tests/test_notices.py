"""Callbacks are hints: they are kept once, and have the provider asked about its payment."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.jobs.models import Job
from apps.payments.models import Payment
from apps.payments.providers.base import Notice
from apps.payments.services import take_notice
from apps.payments.tests.tills import begun, money_of, order_for, run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def after(**elapsed):
    return time_machine.travel(timezone.now() + timedelta(**elapsed), tick=True)


def due(kind):
    return Job.objects.get(kind=kind)


def test_a_callback_has_the_provider_asked_and_is_kept_once(provider, online, customer):
    order = order_for(customer)
    payment = begun(order)
    provider.pay(payment.provider_id)
    notice = Notice(event_id="e-1", kind="payment.paid", provider_id=payment.provider_id, body={"id": 1})
    for _time in range(3):
        assert take_notice("emulator", notice)
    assert Job.objects.filter(kind="payment_refresh").count() == 1
    run_jobs(order, "payment_refresh")
    assert money_of(order)["payment_status"] == "paid"
    assert take_notice("emulator", notice)
    assert Job.objects.filter(kind="payment_refresh").count() == 2  # a duplicate still asks
    assert [event.body for event in payment.events.all()] == ['{"id": 1}']


def test_a_callback_asks_also_when_jobs_of_earlier_ones_were_purged(provider, online, customer):
    payment = begun(order_for(customer))
    for number in ("e-1", "e-2"):
        take_notice("emulator", Notice(event_id=number, kind="paid", provider_id=payment.provider_id))
        run_jobs(payment.order, "payment_refresh")
    Job.objects.get(key=f"payment_refresh:{payment.uid}:1").delete()
    assert take_notice("emulator", Notice(event_id="e-3", kind="paid", provider_id=payment.provider_id))
    keys = Job.objects.filter(kind="payment_refresh").order_by("pk").values_list("key", flat=True)
    assert [key.rpartition(":")[2] for key in keys] == ["2", "3"]


def test_a_callback_that_comes_before_the_answer_finds_its_payment(provider, online, customer):
    provider.loses_answers = True
    order = order_for(customer)
    payment = begun(order)
    provider.loses_answers = False
    number = next(iter(provider.payments))
    provider.pay(number)
    take_notice("emulator", Notice(event_id="e-1", kind="paid", provider_id=number, uid=payment.uid))
    run_jobs(order, "payment_refresh")
    assert money_of(order)["payment_status"] == "paid"


def test_a_callback_takes_no_number_over_that_the_provider_does_not_confirm(provider, online, customer):
    provider.loses_answers = True
    order, other = order_for(customer), order_for(customer)
    begun(order)
    provider.loses_answers = False
    foreign = begun(other)
    provider.pay(foreign.provider_id)
    mine = Payment.objects.get(order=order)
    take_notice("emulator", Notice(event_id="e-1", kind="paid", provider_id="pay-nobody", uid=mine.uid))
    run_jobs(order, "payment_refresh")
    mine.refresh_from_db()
    assert (mine.provider_id, mine.status) == (None, "created")


def test_a_callback_about_an_unknown_object_is_not_kept(provider):
    assert not take_notice("emulator", Notice(event_id="e-1", kind="paid", provider_id="pay-of-others"))
    assert not Job.objects.exists()


def test_a_callback_that_is_nested_deeply_is_kept_in_part(provider, online, customer):
    payment = begun(order_for(customer))
    deep: list[object] = []
    for _level in range(900):
        deep = [deep]
    notice = Notice(event_id="e-9", kind="paid", provider_id=payment.provider_id, body={"id": 1, "x": deep})
    assert take_notice("emulator", notice)
    assert payment.events.get().body.startswith('{"id": 1, "x": [[[')
