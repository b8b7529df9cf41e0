"""Popularity of products: the pieces sold in the last 30 days, less those that came back.

Lists are ordered by it. It is counted from the stock ledger once a day, and only what has changed is written.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from apps.catalog.models import ORDER_MOVEMENTS, Product, StockMovement
from apps.core.api.fields import MAX_ID
from apps.core.database.querysets import bulk_written

PERIOD = timedelta(days=30)
COUNTED_AT_ONCE = 100_000  # products, whose figures are in memory meanwhile
WRITTEN_AT_ONCE = 1_000  # products, which are locked meanwhile
_WRITE = """
    UPDATE catalog_product SET popularity = counted.column2 FROM (VALUES {rows}) AS counted
    WHERE catalog_product.id = counted.column1
"""


def count_popularity() -> int:
    """Bring the popularity of all products up to date, and return of how many it was another.

    What is sold meanwhile counts tomorrow.
    """
    written = 0
    for ids in _id_ranges():
        changed = _changed(*ids)
        for start in range(0, len(changed), WRITTEN_AT_ONCE):
            _write(changed[start : start + WRITTEN_AT_ONCE])
        written += len(changed)
    if written:
        bulk_written.send(sender=Product)  # once: the order of lists is another
    return written


def _id_ranges() -> Iterator[tuple[int, int]]:
    """Yield ranges of ids (both ends are in them) that hold so many products each."""
    ids = Product.objects.order_by("pk").values_list("pk", flat=True)
    first = ids.first()
    while first is not None:
        following = ids.filter(pk__gte=first)[COUNTED_AT_ONCE:][:1]
        beyond = next(iter(following), None)
        yield first, MAX_ID if beyond is None else beyond - 1
        first = beyond


def _changed(first: int, last: int) -> list[tuple[int, int]]:
    """Return the products of the range whose popularity is another now, by id, with the new one."""
    sold = StockMovement.objects.filter(
        kind__in=ORDER_MOVEMENTS,
        created_at__gte=timezone.now() - PERIOD,
        product__gte=first,
        product__lte=last,
    ).order_by()
    counted = {pk: -delta for pk, delta in sold.values_list("product").annotate(Sum("delta")).iterator()}
    known = Product.objects.filter(pk__range=(first, last)).exclude(popularity=0)
    stored = dict(known.order_by().values_list("pk", "popularity").iterator())
    return sorted(
        (pk, counted.get(pk, 0))
        for pk in counted.keys() | stored.keys()
        if counted.get(pk, 0) != stored.get(pk, 0)
    )


@transaction.atomic
def _write(popularities: Sequence[tuple[int, int]]) -> None:
    """Write so many popularities, by product id, in one statement, once the products are locked."""
    list(Product.objects.locked([pk for pk, _pieces in popularities]).only("pk"))
    statement = _WRITE.format(rows=", ".join(["(%s, %s)"] * len(popularities)))
    with connection.cursor() as cursor:
        cursor.execute(statement, [number for row in popularities for number in row])
