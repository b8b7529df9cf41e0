"""Geometry of the charts. Colours and texts are those of the page.

Coordinates are whole numbers: a page in Russian would write 1,5 for a half, which no browser draws.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from apps.backoffice.sales import Tally
from apps.orders.statuses import OrderStatus

WIDTH, HEIGHT = 720, 160
LONGEST_BAR, ROW_HEIGHT = 400, 28
LABEL_WIDTH = 190  # beside the longest bar


@dataclass(frozen=True)
class Bar:
    """A rectangle, and what it stands for."""

    x: int
    y: int
    width: int
    height: int
    stands_for: date | OrderStatus
    number: int

    @property
    def label_x(self) -> int:
        """Return where a text to the right of the bar begins."""
        return self.x + self.width + 8

    @property
    def label_y(self) -> int:
        """Return the baseline of a text in the middle of the bar."""
        return self.y + self.height // 2 + 5


@dataclass(frozen=True)
class DaysChart:
    """A bar for the orders of each day, and a line through its revenue, each up to the top at its highest."""

    bars: list[Bar]
    line: str
    most_orders: int
    most_revenue: Decimal
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class StatusesChart:
    """A bar that lies, for each status."""

    bars: list[Bar]
    width: int
    height: int


def of_days(days: Sequence[tuple[date, Tally]]) -> DaysChart:
    """Return the chart of orders and revenue."""
    most_orders = max(tally.orders for _day, tally in days)
    most_revenue = max(tally.revenue for _day, tally in days)
    step = WIDTH // len(days)
    bars, points = [], []
    for number, (day, tally) in enumerate(days):
        height = _part(tally.orders, most_orders, HEIGHT)
        bars.append(Bar(number * step + 2, HEIGHT - height, step - 4, height, day, tally.orders))
        points.append(f"{number * step + step // 2},{HEIGHT - _part(tally.revenue, most_revenue, HEIGHT)}")
    return DaysChart(bars, " ".join(points), most_orders, most_revenue)


def of_statuses(statuses: Sequence[tuple[OrderStatus, int]]) -> StatusesChart:
    """Return the chart of orders by status."""
    most = max(orders for _status, orders in statuses)
    bars = [
        Bar(0, row * ROW_HEIGHT, _part(orders, most, LONGEST_BAR), ROW_HEIGHT - 6, status, orders)
        for row, (status, orders) in enumerate(statuses)
    ]
    return StatusesChart(bars, LONGEST_BAR + LABEL_WIDTH, len(bars) * ROW_HEIGHT)


def _part(number: Decimal | int, most: Decimal | int, length: int) -> int:
    return round(length * number / most) if most else 0
