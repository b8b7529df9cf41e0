"""Stock: the only code that changes it, under the product's lock, with a ledger row for each change."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Expression, Subquery

from apps.audit.models import Action
from apps.audit.services import AuditRecord, record_all
from apps.catalog.exceptions import (
    InsufficientStock,
    ProductUnavailable,
    Shortage,
    StockChanged,
    StockOutOfRange,
)
from apps.catalog.models import MAX_STOCK, ORDER_MOVEMENTS, MovementKind, Product, StockMovement
from apps.core.database.transactions import retried_atomic
from apps.users.models import User


@dataclass(frozen=True)
class Cause:
    """Why stock changes: for which order, or for which reason, and by whom (None: by a command)."""

    kind: MovementKind
    by: User | None
    reason: str = ""
    order_id: int | None = None


def lock_for_sale(
    quantities: Mapping[int, int], *, also: Mapping[str, Expression | Subquery] | None = None
) -> dict[int, Product]:
    """Return those of the products (by id) that are on sale, locked until the transaction ends.

    `also` are further expressions to read in the same statement, as attributes of the products.

    Products are locked in the order of their ids, by everyone (`ProductQuerySet.locked`).
    """
    products = Product.objects.on_sale().locked(list(quantities)).annotate(**(also or {}))
    return {product.pk: product for product in products}


def shortages_of(products: Mapping[int, Product], quantities: Mapping[int, int]) -> list[Shortage]:
    """Return which of the quantities (pieces, by product id) are more than there is."""
    return [
        Shortage(product_id=product_id, available=available, requested=requested)
        for product_id, requested in quantities.items()
        if (available := products[product_id].stock) < requested
    ]


@transaction.atomic(savepoint=False)  # the order goes with it
def sell(
    products: Iterable[Product], quantities: Mapping[int, int], *, order_id: int, by: User | None
) -> None:
    """Take the quantities (pieces, by product id) of products that `lock_for_sale` returned out of stock.

    Raises ProductUnavailable for what is not among them, else InsufficientStock with every product that falls
    short.
    """
    by_id = {product.pk: product for product in products}
    if missing := quantities.keys() - by_id.keys():
        raise ProductUnavailable(missing)
    if shortages := shortages_of(by_id, quantities):
        raise InsufficientStock(shortages)
    deltas = {product_id: -quantity for product_id, quantity in quantities.items()}
    _move(by_id.values(), deltas, Cause(MovementKind.SOLD, by, order_id=order_id))


@transaction.atomic(savepoint=False)
def return_stock(quantities: Mapping[int, int], *, order_id: int, by: User | None) -> None:
    """Put the quantities (pieces, by product id) back into stock, on sale or not.

    Raises StockOutOfRange when a stock would rise above what can be counted.
    """
    products = Product.objects.locked(list(quantities))
    _move(products, quantities, Cause(MovementKind.RETURNED, by, order_id=order_id))


@retried_atomic
def adjust_stock(
    *,
    product_id: int,
    delta: int,
    reason: str,
    created_by: User | None,
    precondition: Callable[[Product], None] | None = None,
) -> StockMovement:
    """Change a product's stock by `delta` pieces and return the ledger's row.

    Raises Product.DoesNotExist, StockOutOfRange when the stock would fall below zero, and what the
    precondition raises, which is asked under the product's lock.
    """
    product = Product.objects.locked([product_id]).get()
    if precondition:
        precondition(product)
    return _move([product], {product.pk: delta}, Cause(MovementKind.ADJUSTED, created_by, reason))[0]


@retried_atomic
def count_stock(
    *, product_id: int, count: int, last_seen: int, reason: str, created_by: User | None
) -> StockMovement:
    """Bring a product's stock to the `count` pieces that were found and return the ledger's row.

    Raises Product.DoesNotExist, and StockChanged when the stock is not what whoever counted saw last.
    """
    product = Product.objects.locked([product_id]).get()
    if product.stock != last_seen:
        raise StockChanged(stock=product.stock, last_seen=last_seen)
    delta = count - product.stock
    return _move([product], {product.pk: delta}, Cause(MovementKind.ADJUSTED, created_by, reason))[0]


@transaction.atomic(savepoint=False)  # whose products are locked
def adjust_locked(
    products: Iterable[Product], deltas: Mapping[int, int], *, reason: str, by: User | None
) -> None:
    """Change the stock of locked products by the deltas (pieces, by product id).

    Raises StockOutOfRange when a stock would fall below zero.
    """
    _move(products, deltas, Cause(MovementKind.ADJUSTED, by, reason))


@retried_atomic
def receive_stock(quantities: Mapping[int, int], *, reason: str, by: User | None = None) -> None:
    """Put the first pieces of new products (by id) into stock."""
    products = Product.objects.locked(list(quantities))
    _move(products, quantities, Cause(MovementKind.RECEIVED, by, reason))


@retried_atomic
def set_stock(
    counts: Mapping[int, int],
    *,
    reason: str,
    kind: MovementKind = MovementKind.ADJUSTED,
    by: User | None = None,
) -> None:
    """Bring the stock of products (by id) to the given counts, whatever it is now."""
    products = Product.objects.locked(list(counts))
    deltas = {product.pk: counts[product.pk] - product.stock for product in products}
    changed = [product for product in products if deltas[product.pk]]
    _move(changed, deltas, Cause(kind, by, reason))


def _move(products: Iterable[Product], deltas: Mapping[int, int], cause: Cause) -> list[StockMovement]:
    """Change the stock of locked products, write the ledger and the audit trail, in one statement each.

    A real basket has up to 1,103 lines: never a statement for each line.
    """
    products = list(products)
    for product in products:
        delta = deltas[product.pk]
        if not 0 <= product.stock + delta <= MAX_STOCK:
            raise StockOutOfRange(stock=product.stock, delta=delta)
        product.stock += delta
    # A count that finds what there is stands in the ledger alone.
    moved = [product for product in products if deltas[product.pk]]
    Product.objects.write_stock({product.pk: product.stock for product in moved})
    if cause.kind not in ORDER_MOVEMENTS:  # of which the order's own entry tells
        _record(moved, deltas, by=cause.by)
    return StockMovement.objects.bulk_create(
        StockMovement(
            product=product,
            kind=cause.kind,
            delta=deltas[product.pk],
            stock=product.stock,
            reason=cause.reason,
            order_id=cause.order_id,
            created_by=cause.by,
        )
        for product in products
    )


def _record(products: Iterable[Product], deltas: Mapping[int, int], *, by: User | None) -> None:
    records = (
        AuditRecord(Action.CHANGED, product, {"stock": [product.stock - deltas[product.pk], product.stock]})
        for product in products
    )
    record_all(records, by=by)
