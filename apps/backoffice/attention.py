"""Attention list of the dashboard: orders not shipped yet, failed and late jobs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from apps.core.admin.changelists import BoundedPaginator
from apps.jobs.circuit_breaker import failing_circuits
from apps.jobs.models import CircuitState, Job, JobStatus
from apps.jobs.stats import KindFigures, unfinished_by_kind
from apps.orders.models import Order
from apps.orders.statuses import OrderStatus

WAITING_STATUSES = (OrderStatus.PENDING, OrderStatus.PROCESSING)
SHOWN_ORDERS, SHOWN_ERRORS = 10, 5


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


def longest_waiting_orders() -> list[Order]:
    """Return the orders that are not sent and wait longest, the oldest first."""
    oldest = [order for status in WAITING_STATUSES for order in _oldest(status)]
    return sorted(oldest, key=attrgetter("created_at", "pk"))[:SHOWN_ORDERS]


def job_troubles(now: datetime) -> Troubles:
    """Return what is wrong with jobs."""
    kinds = [kind for kind in unfinished_by_kind(now) if kind.failed or kind.late]
    failed = Job.objects.filter(status=JobStatus.FAILED).order_by("-pk")[:SHOWN_ERRORS]
    return Troubles(kinds, list(failed), failing_circuits(now))


def _oldest(status: OrderStatus) -> Iterable[Order]:
    # Status by status: the index holds the oldest of each, but of two together in no order.
    waiting = Order.objects.filter(status=status).select_related("user")
    return waiting.order_by("created_at", "pk")[:SHOWN_ORDERS]
