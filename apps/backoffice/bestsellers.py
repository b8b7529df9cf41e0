"""Bestsellers, and products about to run out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Subquery

from apps.core.days import day_of, start_of_day, today
from apps.orders.models import Order

SOLD_DAYS = 30  # by which the pace is taken, today among them
MOST_ORDERS = 50_000  # whose lines are read: where more are placed in a month, fewer days tell as much
DAYS_LEFT = 7  # a product that lasts less long is about to run out
SHOWN = 10

# One question: the ORM would add the lines up once for each list. The first id keeps it from reading
# the lines of years, which have no date of their own.
_QUESTION = """
    WITH sold AS (
        SELECT line.product_id, SUM(line.quantity) AS units,
            SUM(line.quantity * line.price - line.discount) AS revenue
        FROM orders_orderitem AS line JOIN orders_order AS placed ON placed.id = line.order_id
        WHERE placed.created_at >= %(since)s AND placed.status <> 'cancelled'
            AND placed.currency = %(currency)s AND placed.id >= %(first_id)s AND line.order_id >= %(first_id)s
        GROUP BY line.product_id
    ), best AS (
        SELECT product_id FROM sold ORDER BY revenue DESC, product_id LIMIT %(shown)s
    ), ending AS (
        SELECT product_id FROM sold JOIN catalog_product AS product ON product.id = product_id
        WHERE product.is_active AND product.stock * %(sold_days)s < units * %(days_left)s
        ORDER BY product.stock * 1.0 / units, product_id LIMIT %(shown)s
    )
    SELECT product.id, product.name, product.sku, product.stock, units, revenue, %(sold_days)s,
        product.id IN (SELECT product_id FROM best), product.id IN (SELECT product_id FROM ending)
    FROM sold JOIN catalog_product AS product ON product.id = product_id
    WHERE product_id IN (SELECT product_id FROM best UNION SELECT product_id FROM ending)
"""


@dataclass(frozen=True)
class SoldProduct:
    """A product, and what was sold of it in the last days, without cancelled orders."""

    id: int
    name: str
    sku: str
    stock: int
    units: int
    revenue: Decimal
    days: int  # in which they were sold

    @property
    def units_a_day(self) -> Decimal:
        """Return the pace."""
        return Decimal(self.units) / self.days

    @property
    def days_left(self) -> Decimal:
        """Return how long the stock lasts at this pace."""
        return self.stock / self.units_a_day


@dataclass(frozen=True)
class Goods:
    """The products with the highest revenue, and those that are gone first."""

    best: list[SoldProduct]
    ending: list[SoldProduct]
    days: int  # that were looked at


def noteworthy_rows() -> list[tuple[Any, ...]]:
    """Read the products that sell best, and the active ones that will not last `DAYS_LEFT` days."""
    first_day = _first_day()
    since = start_of_day(first_day)
    first_id = _first_id(since)
    if first_id is None:
        return []
    values = {
        "first_id": first_id,
        "since": connection.ops.adapt_datetimefield_value(since),
        "currency": settings.STORE_CURRENCY,
        "shown": SHOWN,
        "sold_days": (today() - first_day).days + 1,
        "days_left": DAYS_LEFT,
    }
    with connection.cursor() as cursor:
        cursor.execute(_QUESTION, values)
        return cursor.fetchall()


def noteworthy_goods(rows: Iterable[list[Any]]) -> Goods:
    """Return the two lists from what `noteworthy_rows` read."""
    rows = list(rows)
    best = [_product(row) for row in rows if row[7]]
    ending = [_product(row) for row in rows if row[8]]
    return Goods(
        best=sorted(best, key=lambda product: (-product.revenue, product.id)),
        ending=sorted(ending, key=lambda product: (product.days_left, product.id)),
        days=rows[0][6] if rows else SOLD_DAYS,
    )


def _first_day() -> date:
    """Return the first of the whole days that are looked at: of a month, or of the latest orders."""
    last = today()
    month = last - timedelta(days=SOLD_DAYS - 1)
    newest = Order.objects.order_by("-pk").values("pk")[:1]
    left_out = Order.objects.filter(pk__lte=Subquery(newest) - MOST_ORDERS).order_by("-pk")
    last_left_out = left_out.values_list("created_at", flat=True).first()
    if last_left_out is None:
        return month
    return max(month, min(last, day_of(last_left_out) + timedelta(days=1)))


def _first_id(since: datetime) -> int | None:
    # Orders that are placed at the same moment may be numbered the other way round: those of an hour are not.
    placed = Order.objects.filter(created_at__gte=since - timedelta(hours=1)).order_by("created_at", "pk")
    return placed.values_list("pk", flat=True).first()


def _product(row: list[Any]) -> SoldProduct:
    product_id, name, sku, stock, units, revenue, days, _is_best, _is_ending = row
    # SQLite has no decimals: what it adds up is a float.
    return SoldProduct(product_id, name, sku, stock, units, round(Decimal(revenue), 2), days)
