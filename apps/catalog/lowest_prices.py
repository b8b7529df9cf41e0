"""Lowest price in the 30 days before a reduction, shown with a crossed-out price (Directive 98/6/EC, 6a)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby, takewhile
from operator import itemgetter
from typing import NamedTuple

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from apps.catalog.models import PriceChange, Product
from apps.core.database.transactions import retried_atomic

PERIOD = timedelta(days=30)
PRODUCTS_AT_ONCE = 1000  # that are compared with their price changes


class PastChange(NamedTuple):
    """A change of a product's price."""

    created_at: datetime
    old_price: Decimal
    new_price: Decimal


def lowest_price(changes: Iterable[PastChange]) -> Decimal | None:
    """Return the lowest price in force in the 30 days before the reduction; None where there is none.

    `changes` are all of the product's, the latest first. The reduction begins with the first of the
    consecutive decreases that led to the present price, each at most 30 days after the one before.
    """
    latest_first = list(changes)
    reduction = list(_consecutive_decreases(latest_first))
    if not reduction:
        return None
    begun = reduction[-1]
    earlier = latest_first[len(reduction) :]
    within = takewhile(lambda change: change.created_at > begun.created_at - PERIOD, earlier)
    return min([begun.old_price, *(price for change in within for price in change[1:])])


def write_lowest_prices(products: Sequence[Product]) -> int:
    """Bring `lowest_price_30d` of the locked products to what their price changes say.

    Return how many had another one. Without a crossed-out price there is none.
    """
    lowest = _lowest_prices([product.pk for product in products if product.compare_at_price is not None])
    written = [product for product in products if product.lowest_price_30d != lowest.get(product.pk)]
    for product in written:
        product.lowest_price_30d = lowest.get(product.pk)
    if written:
        Product.objects.bulk_update(written, ["lowest_price_30d"])
    return len(written)


def repair_lowest_prices() -> int:
    """Look at all products with a crossed-out price or a lowest one; return how many were repaired."""
    repaired, last_id = 0, 0
    shown = Product.objects.exclude(compare_at_price=None, lowest_price_30d=None).order_by("pk")
    values = shown.values_list("pk", "compare_at_price", "lowest_price_30d")
    while rows := list(values.filter(pk__gt=last_id)[:PRODUCTS_AT_ONCE]):
        lowest = _lowest_prices([pk for pk, before, _kept in rows if before is not None])
        # Only what is wrong is locked.
        if wrong := [pk for pk, _before, kept in rows if kept != lowest.get(pk)]:
            repaired += _repair(wrong)
        last_id = rows[-1][0]
    return repaired


@retried_atomic
def _repair(product_ids: list[int]) -> int:
    return write_lowest_prices(list(Product.objects.locked(product_ids)))


def _consecutive_decreases(latest_first: Iterable[PastChange]) -> Iterator[PastChange]:
    """Yield those that end with the latest change, from there back."""
    later: PastChange | None = None
    for change in latest_first:
        is_apart = later is not None and later.created_at - change.created_at > PERIOD
        if is_apart or change.new_price >= change.old_price:
            return
        yield change
        later = change


def _lowest_prices(product_ids: Sequence[int]) -> dict[int, Decimal | None]:
    """Return the lowest prices by product id, where there are any changes; one statement reads them all."""
    if not product_ids:
        return {}
    rises = PriceChange.objects.filter(product=OuterRef("product"), new_price__gte=F("old_price"))
    last_rise = Subquery(rises.order_by("-pk").values("created_at")[:1])
    # A reduction begins after the last rise: what lies 30 days before that one cannot matter.
    needed = Q(created_at__gt=Coalesce(last_rise, F("created_at")) - PERIOD)
    changes = PriceChange.objects.filter(needed, product__in=product_ids).order_by("product", "-pk")
    rows = changes.values_list("product", "created_at", "old_price", "new_price")
    return {
        product_id: lowest_price(PastChange(*row[1:]) for row in group)
        for product_id, group in groupby(rows, key=itemgetter(0))
    }
