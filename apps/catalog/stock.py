"""The only code that changes stock after a product is created: always under the product's lock."""

from collections.abc import Mapping

from django.db import transaction

from apps.catalog.exceptions import InsufficientStock, ProductUnavailable, Shortage, StockOutOfRange
from apps.catalog.models import MAX_STOCK, Product, StockMovement
from apps.users.models import User


@transaction.atomic
def take_stock(quantities: Mapping[int, int]) -> dict[int, Product]:
    """Take the quantities (pieces, by product id) out of stock, all of them or none; return the products.

    Raises ProductUnavailable for what is not on sale, else InsufficientStock with every product that falls
    short.
    """
    products = {product.pk: product for product in Product.objects.on_sale().locked(list(quantities))}
    if missing := quantities.keys() - products.keys():
        raise ProductUnavailable(missing)
    shortages = [
        Shortage(product_id, available, requested)
        for product_id, requested in quantities.items()
        if (available := products[product_id].stock) < requested
    ]
    if shortages:
        raise InsufficientStock(shortages)
    _move(products, {product_id: -quantity for product_id, quantity in quantities.items()})
    return products


@transaction.atomic
def return_stock(quantities: Mapping[int, int]) -> None:
    """Put the quantities (pieces, by product id) back into stock, on sale or not.

    Raises StockOutOfRange when a stock would rise above what can be counted.
    """
    products = {product.pk: product for product in Product.objects.locked(list(quantities))}
    for product in products.values():
        _refuse_out_of_range(product, quantities[product.pk])
    _move(products, quantities)


@transaction.atomic
def adjust_stock(*, product_id: int, delta: int, reason: str, created_by: User | None) -> StockMovement:
    """Change a product's stock by `delta` pieces and record why.

    Raises Product.DoesNotExist, and StockOutOfRange when the stock would fall below zero.
    """
    product = Product.objects.locked([product_id]).get()
    _refuse_out_of_range(product, delta)
    _move({product.pk: product}, {product.pk: delta})
    return StockMovement.objects.create(
        product=product, delta=delta, reason=reason, stock=product.stock, created_by=created_by
    )


@transaction.atomic
def set_stock(counts: Mapping[int, int], *, reason: str, created_by: User | None) -> None:
    """Bring the stock of products (by id) to the given counts, and record each change with the reason."""
    products = {product.pk: product for product in Product.objects.locked(list(counts))}
    deltas = {
        pk: counts[pk] - product.stock for pk, product in products.items() if counts[pk] != product.stock
    }
    changed = {pk: products[pk] for pk in deltas}
    _move(changed, deltas)
    StockMovement.objects.bulk_create(
        StockMovement(
            product=product, delta=deltas[pk], reason=reason, stock=product.stock, created_by=created_by
        )
        for pk, product in changed.items()
    )


def _refuse_out_of_range(product: Product, delta: int) -> None:
    if not 0 <= product.stock + delta <= MAX_STOCK:
        raise StockOutOfRange(stock=product.stock, delta=delta)


def _move(products: Mapping[int, Product], deltas: Mapping[int, int]) -> None:
    for product_id, product in products.items():
        product.stock += deltas[product_id]
    # A real basket has up to 1,103 lines: one statement, never one for each line.
    Product.objects.bulk_update(products.values(), ["stock"])
