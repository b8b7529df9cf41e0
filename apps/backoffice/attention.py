"""Attention list of the dashboard: orders not shipped yet, failed and late jobs, taxes that end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import attrgetter, or_
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.catalog.models import Category, Product
from apps.core.admin.changelists import BoundedPaginator
from apps.delivery.models import DeliveryMethod
from apps.jobs.circuit_breaker import failing_circuits
from apps.jobs.models import CircuitState, Job, JobStatus
from apps.jobs.stats import KindFigures, unfinished_by_kind
from apps.orders.models import Order
from apps.orders.statuses import OrderStatus, PaymentStatus
from apps.store.configuration import TAXES
from apps.store.configuration_cache import current_configuration
from apps.store.models import TaxClass
from apps.store.taxes import UncoveredDay

WAITING_STATUSES = (OrderStatus.PENDING, OrderStatus.PROCESSING)
SHOWN_ORDERS, SHOWN_ERRORS = 10, 5
TAXED: tuple[QuerySet[Any], ...] = (
    Product.objects.all(),
    Category.objects.all(),
    DeliveryMethod.objects.all(),
)
WARNED_BEFORE = timedelta(days=31)  # of the first day without a rate: the last one with it is 30 days ahead


@dataclass(frozen=True)
class Troubles:
    """The kinds with failed or late jobs, the jobs that failed last, and what jobs lean on and is away."""

    kinds: list[KindFigures]
    latest: list[Job]
    outages: list[CircuitState]


def waiting_counts() -> dict[OrderStatus, int]:
    """Return how many orders wait in each status, counted to 10,000."""
    waiting = {status: Order.objects.filter(status=status) for status in WAITING_STATUSES}
    return {status: BoundedPaginator(orders, 1).count for status, orders in waiting.items()}


def money_counts() -> dict[str, int]:
    """Return how many orders wait for money, are paid and not sent, and need a look; counted to 10,000."""
    unpaid = Order.objects.filter(status=OrderStatus.PENDING, payment_status=PaymentStatus.UNPAID)
    paid = Order.objects.filter(status=OrderStatus.PROCESSING, payment_status=PaymentStatus.PAID)
    chosen = {"unpaid": unpaid, "paid": paid, "needs_look": Order.objects.needing_look()}
    return {name: BoundedPaginator(orders, 1).count for name, orders in chosen.items()}


def longest_waiting_orders() -> list[Order]:
    """Return the orders that are not sent and wait longest, the oldest first."""
    oldest = [order for status in WAITING_STATUSES for order in _oldest(status)]
    return sorted(oldest, key=attrgetter("created_at", "pk"))[:SHOWN_ORDERS]


def job_troubles(now: datetime) -> Troubles:
    """Return what is wrong with jobs."""
    kinds = [kind for kind in unfinished_by_kind(now) if kind.failed or kind.late]
    failed = Job.objects.filter(status=JobStatus.FAILED).order_by("-pk")[:SHOWN_ERRORS]
    return Troubles(kinds, list(failed), failing_circuits(now))


def ending_tax_rates(day: date) -> list[tuple[TaxClass, UncoveredDay]]:
    """Return which tax classes in use have a rate that ends within 30 days, or has ended, without another."""
    ends = current_configuration()[TAXES].uncovered_days(day, day + WARNED_BEFORE)
    if not ends:
        return []
    uses = (Exists(rows.filter(tax_class=OuterRef("pk"))) for rows in TAXED)
    in_use: Q = reduce(or_, uses, Q(code=settings.STORE_TAX_CLASS))
    found = TaxClass.objects.filter(in_use, code__in={end.code for end in ends})
    classes = {each.code: each for each in found}
    return [(classes[end.code], end) for end in ends if end.code in classes]


def _oldest(status: OrderStatus) -> Iterable[Order]:
    # Status by status: the index holds the oldest of each, but of two together in no order.
    waiting = Order.objects.filter(status=status).select_related("user")
    return waiting.order_by("created_at", "pk")[:SHOWN_ORDERS]
