"""A shop whose orders are paid by the fake Stripe: what its tests do over and over."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from apps.catalog.tests.factories import make_product
from apps.jobs.models import Job, JobStatus
from apps.jobs.runner import run_due_jobs
from apps.orders.checkout import BasketLine, Checkout
from apps.orders.models import Order, PaymentMethod
from apps.orders.services import place_order
from apps.payments.providers import provider_named
from apps.payments.services import Started, start_payment, take_notice
from apps.payments.tests.fake_stripe import FakeStripe, Json
from apps.payments.tests.stripe_server import SECRET, event, signature
from apps.users.models import User


def order_by_card(user: User) -> Order:
    """Place an order of 300.00 that waits for half an hour to be paid by card."""
    method = {"name_ru": "Картой", "name_en": "By card", "provider": "stripe", "terms": "prepaid"}
    more = {"expire_minutes": 30, "moves_to_processing": True}
    PaymentMethod.objects.get_or_create(code="card", defaults={**method, **more})
    lines = [BasketLine(make_product(price="300.00").pk, 1)]
    placed = place_order(user=user, checkout=Checkout(lines, payment_method="card"), language="en")
    return Order.objects.get(pk=placed.pk)


def start(order: Order) -> Started:
    return start_payment(
        order_id=order.pk, method="card", return_url="https://shop.example/done", by=order.user
    )


def paid(order: Order, account: FakeStripe) -> Json:
    """Pay the order, and return its session."""
    session = account.sessions[start(order).payment.provider_id]
    account.pay(session["id"])
    told("checkout.session.completed", session, f"evt_{session['id']}")
    return session


def told(kind: str, thing: Json, number: str = "evt_1") -> bool:
    """Have Stripe send an event, and the jobs that follow it done; tell whether it is about ours."""
    body = event(kind, thing, number=number)
    notice = provider_named("stripe").read_callback(
        body, {"Stripe-Signature": signature(body, SECRET)}, address="192.0.2.1"
    )
    is_ours = take_notice("stripe", notice)
    work()
    return is_ours


def work(*, later: timedelta = timedelta(0)) -> None:
    """Do the jobs that are due then, and what follows from them; none may fail."""
    with time_machine.travel(timezone.now() + later, tick=True):
        while run_due_jobs():
            pass
    assert not Job.objects.filter(status=JobStatus.FAILED).exists()
