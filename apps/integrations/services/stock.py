"""Stock that another system counts or moves, of many products at once."""

from collections.abc import Iterable, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.catalog.exceptions import StockChanged, StockOutOfRange
from apps.catalog.models import MAX_STOCK, Product
from apps.catalog.stock import adjust_locked
from apps.core.database.transactions import retried_atomic
from apps.core.exceptions import DomainError
from apps.core.normalization import CODE
from apps.integrations.exceptions import BulkRejected
from apps.integrations.rows import Row, RowResult, RowStatus, copies_of
from apps.users.models import User


@retried_atomic
def move_stock(rows: Sequence[Row], *, reason: str, by: User | None) -> list[RowResult]:
    """Count or move the stock of the products of the rows, which their skus name; all or nothing.

    Return what became of each row. Raises BulkRejected where rows fail.
    """
    rows = copies_of(rows)
    products = _locked_products(row for row in rows if not row.faults)
    deltas = {}
    for row in rows:
        if not row.faults and (product := _product_of(row, products)):
            deltas[product.pk] = _delta(row, product)
    if any(row.faults for row in rows):
        raise BulkRejected([_result(row, products, RowStatus.FAILED) for row in rows if row.faults])
    adjust_locked(products.values(), deltas, reason=reason, by=by)
    return [_result(row, products, _status_of(row, products, deltas)) for row in rows]


def _locked_products(rows: Iterable[Row]) -> dict[str, Product]:
    """Return the products of the rows by the keys of their skus, locked in the order that all keep."""
    named = Product.objects.with_skus(row.values["sku"] for row in rows)
    locked = named.locked(list(named.values_list("pk", flat=True)))
    return {str(product.sku_key): product for product in locked}


def _product_of(row: Row, products: Mapping[str, Product]) -> Product | None:
    product = products.get(CODE.key(row.values["sku"]))
    if product is None:
        row.refuse("sku", ValidationError(_("There is no product with this SKU."), code="does_not_exist"))
    return product


def _delta(row: Row, product: Product) -> int:
    """Return by how much the row changes the stock of the locked product; refuse what cannot be."""
    if "count" in row.values:
        last_seen: int = row.values["last_seen"]
        if product.stock != last_seen:
            row.refuse("last_seen", _fault(StockChanged(stock=product.stock, last_seen=last_seen)))
        return int(row.values["count"]) - product.stock
    delta: int = row.values["delta"]
    if not 0 <= product.stock + delta <= MAX_STOCK:
        row.refuse("delta", _fault(StockOutOfRange(stock=product.stock, delta=delta)))
    return delta


def _fault(refusal: DomainError) -> ValidationError:
    return ValidationError(str(refusal), code=refusal.code)


def _status_of(row: Row, products: Mapping[str, Product], deltas: Mapping[int, int]) -> RowStatus:
    product = products[CODE.key(row.values["sku"])]
    return RowStatus.UPDATED if deltas[product.pk] else RowStatus.UNCHANGED


def _result(row: Row, products: Mapping[str, Product], status: RowStatus) -> RowResult:
    product = products.get(CODE.key(row.values.get("sku", "")))
    result = row.result(status, product.pk if product else None)
    return {**result, "stock": product.stock if product else None}
