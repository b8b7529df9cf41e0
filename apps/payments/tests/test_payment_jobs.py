"""Jobs of payments: what a request could not do, lost answers, and questions until a payment is over."""

from contextlib import ExitStack
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.jobs.models import CircuitState, Job, JobStatus
from apps.payments.exceptions import PaymentRefused, ProviderAway
from apps.payments.models import Payment
from apps.payments.providers.base import ProviderRefused
from apps.payments.services import cancel_payment, next_check, refresh_payment
from apps.payments.services.call_places import place_for_call
from apps.payments.tests.tills import begun, money_of, order_for, run_jobs

pytestmark = pytest.mark.django_db


def after(**elapsed):
    return time_machine.travel(timezone.now() + timedelta(**elapsed), tick=True)


def due(kind):
    return Job.objects.get(kind=kind)


def test_a_lost_answer_is_asked_for_again_with_the_same_key(provider, online, customer):
    provider.loses_answers = True
    order = order_for(customer)
    payment = begun(order)
    assert (payment.status, payment.provider_id) == ("created", None)
    assert len(provider.payments) == 1
    provider.loses_answers = False
    with after(seconds=16):
        run_jobs(order, "payment_create")
    payment.refresh_from_db()
    assert payment.status == "requires_action"
    assert payment.next_action["url"] == f"https://pay.example/{payment.provider_id}"
    assert list(provider.payments) == [payment.provider_id]


def test_a_provider_that_is_away_is_tried_again(provider, online, customer):
    provider.is_away = True
    order = order_for(customer)
    payment = begun(order)
    with after(seconds=16):
        run_jobs(order, "payment_create")
        assert due("payment_create").status == JobStatus.PENDING
        provider.is_away = False
        with after(seconds=30):
            run_jobs(order, "payment_create")
    payment.refresh_from_db()
    assert payment.status == "requires_action"


def test_a_payment_that_was_given_up_is_not_begun_but_looked_for(provider, online, customer):
    provider.is_away = True
    order = order_for(customer)
    payment = cancel_payment(begun(order))
    provider.is_away = False
    with after(seconds=40):
        run_jobs(order, "payment_create", "payment_check")
    payment.refresh_from_db()
    assert (payment.status, provider.payments) == ("created", {})
    assert "create" not in provider.calls[1:]
    # Had the first call got through, it would have been found, and cancelled.
    with after(hours=21):
        run_jobs(order, "payment_check", "payment_cancel")
    payment.refresh_from_db()
    assert (payment.status, payment.failure_code) == ("expired", "never_confirmed")
    assert money_of(order)["needs_look"] == "never_confirmed"


def test_a_payment_that_was_given_up_amid_a_lost_answer_is_cancelled_there(provider, online, customer):
    provider.loses_answers = True
    order = order_for(customer)
    payment = cancel_payment(begun(order))
    provider.loses_answers = False
    run_jobs(order, "payment_cancel")
    payment.refresh_from_db()
    assert (payment.status, payment.provider_id) == ("cancelled", next(iter(provider.payments)))


def test_a_creation_is_never_repeated_when_the_key_may_be_forgotten(provider, online, customer):
    provider.is_away = True
    order = order_for(customer)
    begun(order)
    provider.is_away = False
    provider.calls.clear()
    with after(hours=20, minutes=1):
        run_jobs(order, "payment_create", "payment_check")
    assert "create" not in provider.calls
    assert Payment.objects.get().failure_code == "never_confirmed"


def test_a_refused_payment_is_told_and_stays_as_failed(provider, online, customer, monkeypatch):
    def refuse(request):
        raise ProviderRefused("invalid_amount")

    monkeypatch.setattr(provider, "create", refuse)
    order = order_for(customer)
    with pytest.raises(PaymentRefused) as refused:
        begun(order)
    assert refused.value.as_payload() == {"failure_code": "invalid_amount"}
    payment = Payment.objects.get()
    assert (payment.status, payment.failure_code) == ("failed", "invalid_amount")
    assert money_of(order) == {"status": "pending", "payment_status": "unpaid"}


def test_nothing_begins_while_the_provider_is_known_to_be_away(provider, online, customer):
    CircuitState.objects.create(
        name="provider:emulator", failures=5, paused_until=timezone.now() + timedelta(seconds=30)
    )
    order = order_for(customer)
    with pytest.raises(ProviderAway):
        begun(order)
    assert not Payment.objects.exists()
    assert provider.calls == []
    # Another provider works.
    assert begun(order, method="manual").status == "pending"


def test_a_payment_is_checked_at_its_times_until_it_is_over(provider, online, customer):
    order = order_for(customer)
    payment = begun(order)
    began = payment.created_at
    Payment.objects.filter(pk=payment.pk).update(expires_at=began + timedelta(hours=1))
    payment.refresh_from_db()
    moments = []
    with time_machine.travel(began, tick=False) as clock:
        while (at := next_check(payment)) is not None and len(moments) < 100:
            moments.append(at - began)
            clock.move_to(at)
    first = [timedelta(seconds=seconds) for seconds in (30, 60, 90, 180, 300, 600)]
    assert moments[:6] == first
    every_ten = [timedelta(minutes=minutes) for minutes in range(20, 121, 10)]
    assert moments[6:17] == every_ten
    assert moments[17:41] == [timedelta(hours=hours) for hours in range(3, 27)]
    assert moments[41:] == [timedelta(days=day, hours=2) for day in range(2, 31)]


def test_a_check_that_finds_the_payment_over_is_done(provider, online, customer):
    order = order_for(customer)
    payment = begun(order)
    provider.pay(payment.provider_id)
    with after(seconds=31):
        run_jobs(order, "payment_check")
    assert due("payment_check").status == JobStatus.DONE
    assert money_of(order)["payment_status"] == "paid"


@pytest.mark.parametrize("ended", ["failed", "expired"])
def test_money_that_comes_late_is_found_without_a_callback(provider, online, customer, ended):
    order = order_for(customer)
    payment = begun(order)
    provider.change(payment.provider_id, status=ended)
    with after(seconds=31):
        run_jobs(order, "payment_check")
        assert Payment.objects.get().status == ended
        provider.pay(payment.provider_id)
    with after(seconds=95):
        run_jobs(order, "payment_check")
    assert money_of(order)["payment_status"] == "paid"
    assert due("payment_check").status == JobStatus.DONE


def test_a_provider_whose_ends_are_final_is_not_asked_on(provider, online, customer, monkeypatch):
    monkeypatch.setattr(type(provider), "pays_late", False)
    order = order_for(customer)
    payment = begun(order)
    provider.change(payment.provider_id, status="expired")
    with after(seconds=31):
        run_jobs(order, "payment_check")
    assert due("payment_check").status == JobStatus.DONE


def test_a_customer_causes_at_most_a_question_in_three_seconds(provider, online, customer):
    payment = begun(order_for(customer))
    provider.pay(payment.provider_id)
    assert refresh_payment(payment).status == "requires_action"
    assert provider.calls == ["create"]
    with after(seconds=4):
        assert refresh_payment(payment).status == "paid"
    provider.is_away = True
    with after(seconds=9):
        assert refresh_payment(payment).status == "requires_action"  # as it was read: nobody has answered


def test_customers_cause_no_question_while_the_provider_is_known_to_be_away(provider, online, customer):
    payment = begun(order_for(customer))
    with after(seconds=4):
        paused_until = timezone.now() + timedelta(seconds=30)
        CircuitState.objects.create(name="provider:emulator", failures=5, paused_until=paused_until)
        assert refresh_payment(payment).status == "requires_action"
        assert provider.calls == ["create"]
        CircuitState.objects.update(paused_until=None)
        refresh_payment(payment)
        assert provider.calls == ["create", "fetch"]


def test_requests_that_meet_an_outage_pause_the_provider_too(provider, online, customer):
    provider.is_away = True
    for _time in range(5):
        begun(order_for(customer))
    assert CircuitState.objects.get().failures == 5
    with pytest.raises(ProviderAway):
        begun(order_for(customer))


def test_when_too_many_wait_for_a_provider_a_job_begins_the_payment_at_once(provider, online, customer):
    order = order_for(customer)
    with ExitStack() as stack:
        while stack.enter_context(place_for_call()):
            pass
        payment = begun(order)
        assert (payment.status, provider.calls) == ("created", [])
        assert refresh_payment(payment).status == "created"
        assert provider.calls == []
    run_jobs(order, "payment_create")
    payment.refresh_from_db()
    assert payment.status == "requires_action"


def test_a_payment_that_never_got_to_its_provider_ends_when_it_is_given_up(provider, online, customer):
    order = order_for(customer)
    with ExitStack() as stack:
        while stack.enter_context(place_for_call()):
            pass
        payment = begun(order)
    payment = cancel_payment(payment)
    assert (payment.status, payment.is_current) == ("cancelled", False)
    run_jobs(order)
    assert "create" not in provider.calls
    assert money_of(order) == {"status": "pending", "payment_status": "unpaid"}


def test_a_payment_whose_provider_was_not_reached_ends_when_it_is_given_up(provider, online, customer):
    provider.is_unreachable = True
    order = order_for(customer)
    payment = begun(order)
    payment.refresh_from_db()
    assert (payment.status, payment.sent_at) == ("created", None)
    assert cancel_payment(payment).status == "cancelled"
    assert money_of(order) == {"status": "pending", "payment_status": "unpaid"}


def test_a_call_that_may_have_got_through_is_remembered_though_the_next_does_not(provider, online, customer):
    provider.loses_answers = True
    order = order_for(customer)
    payment = begun(order)
    provider.is_unreachable = True
    with after(seconds=16):
        run_jobs(order, "payment_create")
    payment.refresh_from_db()
    assert payment.sent_at is not None
    assert cancel_payment(payment).status == "created"
