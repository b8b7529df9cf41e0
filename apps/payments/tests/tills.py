"""What tests of payments do over and over: place an order, pay it, let jobs run, look at the sums."""

from django.utils import timezone

from apps.catalog.tests.factories import make_product
from apps.jobs.models import Job, JobStatus
from apps.jobs.runner import run_job
from apps.orders.checkout import BasketLine, Checkout
from apps.orders.models import Order
from apps.orders.services import place_order
from apps.payments.models import Payment
from apps.payments.services import ask, start_payment
from apps.payments.tests.scripted_provider import ScriptedProvider
from apps.users.models import User


def order_for(user: User, *, price: str = "100.00", quantity: int = 1, method: str = "online") -> Order:
    """Place an order of one line."""
    lines = [BasketLine(make_product(price=price, stock=1000).pk, quantity)]
    placed = place_order(user=user, checkout=Checkout(lines, payment_method=method), language="ru")
    return Order.objects.get(pk=placed.pk)


def begun(order: Order, *, method: str = "online", **more: object) -> Payment:
    """Begin a payment of the order, by its customer."""
    return start_payment(order_id=order.pk, method=method, return_url="", by=order.user, **more).payment


def paid(provider: ScriptedProvider, order: Order, *, method: str = "online") -> Payment:
    """Begin a payment of the order, pay it at the provider, and ask about it."""
    payment = begun(order, method=method)
    provider.pay(payment.provider_id)
    return ask(payment)


def run_jobs(order: Order, *kinds: str) -> None:
    """Do the order's due jobs about money, again and again until none is left."""
    for _round in range(20):
        due = Job.objects.filter(subject=f"money:{order.pk}", status=JobStatus.PENDING)
        due = due.filter(run_at__lte=timezone.now())
        due = due.filter(kind__in=kinds) if kinds else due
        ids = list(due.order_by("pk").values_list("pk", flat=True))
        if not ids:
            return
        for pk in ids:
            run_job(pk)


def money_of(order: Order) -> dict[str, str]:
    """Return the order's columns of money and statuses that are not nothing."""
    order = Order.objects.get(pk=order.pk)
    names = ("paid_total", "refunded_total", "stray_refunded_total", "allowance_total", "cancelled_total")
    sums = {name: f"{getattr(order, name):.2f}" for name in names if getattr(order, name)}
    also = {"open_payments": order.open_payments, "needs_look": order.needs_look}
    return {
        "status": order.status,
        "payment_status": order.payment_status,
        **sums,
        **{name: value for name, value in also.items() if value},
    }
