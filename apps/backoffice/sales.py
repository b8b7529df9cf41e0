"""Sales figures: orders, revenue and cancelled orders, by day, by period and by status.

Everything follows from one question to the database. Days are those of the store's time zone, amounts those
in its present currency. Revenue and the average basket leave cancelled orders out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils.timezone import get_default_timezone

from apps.core.days import start_of_day, today
from apps.core.money import CENT
from apps.orders.models import Order
from apps.orders.statuses import OrderStatus

PERIODS = (1, 7, 30)  # days, today among them
SHOWN_DAYS = max(PERIODS)


@dataclass(frozen=True)
class Portion:
    """The orders of one day in one status."""

    day: date
    status: OrderStatus
    orders: int
    total: Decimal


@dataclass(frozen=True)
class Tally:
    """What came of some orders. `orders` counts the cancelled ones too."""

    orders: int
    cancelled: int
    revenue: Decimal

    @classmethod
    def of(cls, portions: Iterable[Portion]) -> "Tally":
        """Add the portions up."""
        orders = cancelled = 0
        revenue = Decimal(0)
        for portion in portions:
            orders += portion.orders
            if portion.status == OrderStatus.CANCELLED:
                cancelled += portion.orders
            else:
                revenue += portion.total
        return cls(orders, cancelled, revenue)

    @property
    def average_basket(self) -> Decimal | None:
        """Return the revenue of an order that was not cancelled; None without one."""
        sold = self.orders - self.cancelled
        return (self.revenue / sold).quantize(CENT, ROUND_HALF_UP) if sold else None

    @property
    def cancelled_percent(self) -> Decimal | None:
        """Return how many of a hundred orders were cancelled; None without orders."""
        return Decimal(100 * self.cancelled) / self.orders if self.orders else None


@dataclass(frozen=True)
class Period:
    """The last days, today among them, and as many before them."""

    days: int
    now: Tally
    before: Tally


@dataclass(frozen=True)
class Sales:
    """What was sold in the last days: by period, by day (the oldest first) and by status."""

    periods: list[Period]
    days: list[tuple[date, Tally]]
    statuses: list[tuple[OrderStatus, int]]


def daily_sales() -> list[tuple[Any, ...]]:
    """Return day, status, number of orders and their total, as far back as periods are compared."""
    first = today() - timedelta(days=2 * SHOWN_DAYS - 1)
    # Read from the index orders_order_by_day alone. Count("*") and not "pk": it holds no id.
    counted = (
        Order.objects.filter(created_at__gte=start_of_day(first), currency=settings.STORE_CURRENCY)
        .order_by()
        .annotate(day=TruncDate("created_at", tzinfo=get_default_timezone()))
        .values_list("day", "status")
        .annotate(orders=Count("*"), total=Sum("total_price"))
    )
    return list(counted)


def recent_sales(rows: Iterable[list[Any]]) -> Sales:
    """Return the sales up to today from what `daily_sales` read."""
    last = today()
    portions = [
        Portion(date.fromisoformat(day), OrderStatus(status), orders, Decimal(total))
        for day, status, orders, total in rows
    ]
    shown = [last - timedelta(days=ago) for ago in reversed(range(SHOWN_DAYS))]
    recent = [portion for portion in portions if portion.day >= shown[0]]
    return Sales(
        periods=[_period(portions, last, days) for days in PERIODS],
        days=[(day, Tally.of(portion for portion in recent if portion.day == day)) for day in shown],
        statuses=[
            (status, sum(portion.orders for portion in recent if portion.status == status))
            for status in OrderStatus
        ],
    )


def _period(portions: list[Portion], last: date, days: int) -> Period:
    first = last - timedelta(days=days - 1)
    first_before = first - timedelta(days=days)
    return Period(
        days,
        now=Tally.of(portion for portion in portions if portion.day >= first),
        before=Tally.of(portion for portion in portions if first_before <= portion.day < first),
    )
