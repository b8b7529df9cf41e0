"""An unpaid order is cancelled after its time, by the store, and only when it cannot be paid any more."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from apps.jobs.exceptions import RunLater
from apps.jobs.models import Job
from apps.orders.models import Cancellation, PaymentMethod
from apps.orders.tests.factories import make_order
from apps.payments.exceptions import OrderNotPayable
from apps.payments.models import Payment
from apps.payments.services import ask, expire_order
from apps.payments.tests.tills import begun, money_of, order_for, paid, run_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

EXPIRED = {"status": "cancelled", "payment_status": "not_due", "cancelled_total": "100.00"}


def after(**elapsed):
    return time_machine.travel(timezone.now() + timedelta(**elapsed), tick=True)


def test_an_unpaid_order_is_cancelled_and_its_goods_go_back(provider, online, customer):
    order = order_for(customer, quantity=3, price="33.34")
    product = order.items.get().product
    assert product.stock == 997
    with after(minutes=29):
        run_jobs(order)
        assert money_of(order)["status"] == "pending"
    with after(minutes=31):
        run_jobs(order)
    assert money_of(order)["status"] == "cancelled"
    cancellation = Cancellation.objects.get(order=order)
    assert (cancellation.actor, cancellation.reason, cancellation.whole) == ("system", "expired", True)
    product.refresh_from_db()
    assert product.stock == 1000


def test_no_payment_begins_after_the_time(provider, online, customer):
    order = order_for(customer)
    with after(minutes=31), pytest.raises(OrderNotPayable):
        begun(order)
    assert not Payment.objects.exists()


def test_an_order_waits_for_an_open_payment(provider, online, customer):
    order = order_for(customer)
    payment = begun(order)
    provider.can_cancel = False
    with after(minutes=31):
        run_jobs(order, "expire_order")
        assert money_of(order) == {"status": "pending", "payment_status": "pending", "open_payments": 1}
        assert "payment_cancel" in Job.objects.values_list("kind", flat=True)
        run_jobs(order, "payment_cancel")
        provider.pay(payment.provider_id)
        ask(payment)
        run_jobs(order)
    assert money_of(order) == {"status": "processing", "payment_status": "paid", "paid_total": "100.00"}


def test_an_open_payment_is_cancelled_and_then_the_order(provider, online, customer):
    order = order_for(customer)
    begun(order)
    with after(minutes=31):
        run_jobs(order, "expire_order", "payment_cancel")
    with after(minutes=32):
        run_jobs(order, "expire_order")
    assert money_of(order) == EXPIRED
    assert Payment.objects.get().status == "cancelled"


def test_an_order_does_not_wait_for_ever_for_a_provider_that_never_ends_a_payment(provider, online, customer):
    order = order_for(customer)
    payment = begun(order)
    provider.can_cancel = False
    ends = timezone.now() + timedelta(hours=2)
    Payment.objects.filter(pk=payment.pk).update(expires_at=ends)
    with after(hours=2, minutes=59):
        run_jobs(order, "expire_order")
        assert money_of(order)["status"] == "pending"
    with after(hours=3, minutes=1):
        run_jobs(order, "expire_order")
        assert money_of(order)["status"] == "cancelled"


def test_a_partly_paid_order_is_kept(provider, online, customer):
    order = order_for(customer)
    payment = begun(order)
    provider.pay(payment.provider_id, payment.amount / 2)
    ask(payment)
    with after(minutes=31):
        run_jobs(order, "expire_order")
    assert money_of(order)["status"] == "pending"


def test_a_paid_order_is_kept(provider, online, customer):
    order = order_for(customer)
    paid(provider, order)
    with after(minutes=31):
        run_jobs(order)
    assert money_of(order)["status"] == "processing"


def test_a_method_with_a_longer_term_prolongs_it(provider, online, customer):
    PaymentMethod.objects.create(
        code="slow", name_ru="Счёт", provider="emulator", terms="invoice", expire_minutes=60
    )
    order = order_for(customer)
    begun(order, method="slow")
    order.refresh_from_db()
    assert order.expires_at == order.created_at + timedelta(minutes=60)
    with after(minutes=31):
        run_jobs(order, "expire_order")
        assert money_of(order)["status"] == "pending"
    job = Job.objects.get(kind="expire_order")
    assert (job.run_at, job.attempts) == (order.expires_at, 0)


def test_a_method_without_a_term_ends_it(provider, online, customer):
    order = order_for(customer)
    begun(order, method="manual")
    order.refresh_from_db()
    assert order.expires_at is None
    with after(days=30):
        run_jobs(order, "expire_order")
    assert money_of(order)["status"] == "pending"


def test_an_order_without_a_method_never_expires(customer):
    order = make_order(customer)
    assert order.expires_at is None
    assert not Job.objects.filter(kind="expire_order").exists()


def test_a_free_order_has_nothing_to_expire(provider, online, customer):
    order = order_for(customer, price="0.00")
    assert (order.expires_at, order.status) == (None, "processing")
    assert not Job.objects.filter(kind="expire_order").exists()


@pytest.mark.parametrize(
    ("minutes_over", "seconds"), [(1, 15), (2, 15), (5, 30), (60, 360), (100, 600), (20 * 24 * 60, 600)]
)
def test_an_order_is_looked_at_less_and_less_often(provider, online, customer, minutes_over, seconds):
    order = order_for(customer)
    begun(order)
    Payment.objects.update(expires_at=timezone.now() + timedelta(days=21))
    order.refresh_from_db()
    with time_machine.travel(order.expires_at + timedelta(minutes=minutes_over), tick=False):
        with pytest.raises(RunLater) as later:
            expire_order(order.pk)
        assert later.value.at - timezone.now() == timedelta(seconds=seconds)


def test_the_rest_of_a_partly_paid_order_may_be_paid_after_its_time(provider, online, customer):
    order = order_for(customer)
    payment = begun(order)
    provider.pay(payment.provider_id, payment.amount / 2)
    ask(payment)
    with after(minutes=31):
        run_jobs(order, "expire_order")
        rest = begun(order)
    assert rest.amount == payment.amount / 2
