"""A shop whose orders are paid by the fake Stripe: what its tests do over and over."""

from datetime import timedelta

import time_machine
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.test import APIClient

from apps.catalog.tests.factories import make_product
from apps.jobs.models import Job, JobStatus
from apps.jobs.runner import run_job
from apps.orders.checkout import BasketLine, Checkout
from apps.orders.models import Order, PaymentMethod
from apps.orders.services import place_order
from apps.payments.jobs import REFRESH
from apps.payments.services import Started, start_payment
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
    """Have Stripe send an event, and the jobs that follow it done; tell whether one did."""
    body, before = event(kind, thing, number=number), Job.objects.filter(kind=REFRESH).count()
    response = send(body, signature(body, SECRET))
    assert (response.status_code, response.json()) == (200, {})
    is_ours = Job.objects.filter(kind=REFRESH).count() > before
    work()
    return is_ours


def send(body: bytes, signed: str) -> Response:
    """Send the body to the address that Stripe was given."""
    return APIClient().post(
        "/api/v1/payments/callbacks/stripe/",
        body,
        content_type="application/json; charset=utf-8",
        headers={"Stripe-Signature": signed},
    )


def work(*, later: timedelta = timedelta(0)) -> None:
    """Do the jobs about money that are due then, and what follows from them; none may fail."""
    with time_machine.travel(timezone.now() + later, tick=True):
        while sum(map(run_job, _due())):
            pass
    assert not Job.objects.filter(status=JobStatus.FAILED).exists()


def _due() -> list[int]:
    pending = Job.objects.filter(subject__startswith="money:", status=JobStatus.PENDING)
    return list(pending.filter(run_at__lte=timezone.now()).order_by("pk").values_list("pk", flat=True))
