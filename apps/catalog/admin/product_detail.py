"""The detail page of a product in the admin: below its form, latest sales, stock movements and prices."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.http import HttpRequest

from apps.catalog.admin.stock import may_view_stock
from apps.catalog.models import ORDER_MOVEMENTS, GroupOption, Product
from apps.core.admin.pages import PagedAdmin
from apps.core.database.estimated_counts import MOST_COUNTED
from apps.core.days import start_of_day, today

LATEST = 20  # rows of each table
MOST_VARIANTS = 100
SALES_DAYS = 30


@dataclass(frozen=True)
class Sales:
    """Pieces that were sold, less those that came back; in part when there are too many movements to add."""

    pieces: int
    is_whole: bool


@dataclass(frozen=True)
class Variants:
    """The options of a group, and its products, each with its values of these."""

    options: list[GroupOption]
    rows: list[tuple[Product, list[str]]]


def product_context(model_admin: PagedAdmin, request: HttpRequest, product: Product) -> dict[str, Any]:
    """Return the latest movements, sales and prices of the product."""
    may_see_stock = may_view_stock(request)
    movements, prices = product.stock_movements, product.price_changes
    return {
        "may_see_stock": may_see_stock,
        "movements": movements.select_related("created_by")[:LATEST] if may_see_stock else (),
        "sales": latest_sales(product) if may_see_stock else None,
        "sales_days": SALES_DAYS,
        "prices": prices.select_related("created_by")[:LATEST],
        "variants": variants_of(product),
        "may_change_group": request.user.has_perm("catalog.view_productgroup"),
    }


def variants_of(product: Product) -> Variants | None:
    """Return the products of the group that the product belongs to; None for one without a group."""
    if product.group is None:
        return None
    options = list(product.group.options.all())
    rows = []
    for variant in product.group.products.prefetch_related("options")[:MOST_VARIANTS]:
        values = {each.option_id: each.value for each in variant.options.all()}
        rows.append((variant, [values.get(option.pk, "") for option in options]))
    return Variants(options, rows)


def latest_sales(product: Product) -> Sales:
    """Add up what the last 30 days sold, today among them as on the dashboard.

    From the latest 10,000 movements: an index holds them together.
    """
    since = start_of_day(today() - timedelta(days=SALES_DAYS - 1))
    sold = Q(kind__in=ORDER_MOVEMENTS, created_at__gte=since)
    latest = product.stock_movements.order_by("-pk")[:MOST_COUNTED]
    found = latest.aggregate(delta=Sum("delta", filter=sold), rows=Count("pk"), first=Min("created_at"))
    is_whole = found["rows"] < MOST_COUNTED or found["first"] < since
    return Sales(pieces=-(found["delta"] or 0), is_whole=is_whole)
