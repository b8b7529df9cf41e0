"""Products that another system creates and changes, many at once."""

from collections.abc import Collection, Sequence
from operator import itemgetter
from typing import Any

from django.utils import timezone

from apps.audit.models import Action
from apps.audit.services import AuditRecord, record_all
from apps.catalog.bulk_writing import Written, note_written
from apps.catalog.models import Product
from apps.catalog.search_terms import FOUND_BY, refresh_search_terms
from apps.catalog.services.products import FIRST_STOCK_REASON
from apps.catalog.slugs import free_slugs
from apps.catalog.stock import receive_stock
from apps.core.database.transactions import retried_atomic
from apps.integrations.exceptions import BulkRejected
from apps.integrations.product_parts import PARTS
from apps.integrations.product_rows import Upsert, compared
from apps.integrations.rows import Row, RowResult, RowStatus, copies_of
from apps.users.models import User

REFRESHED = FOUND_BY - {"translations"}  # which see to it themselves


@retried_atomic
def upsert_products(rows: Sequence[Row], *, skip_failed: bool, by: User | None) -> list[RowResult]:
    """Create the products of the rows, or change those that are known by sku or id in another system.

    Return what became of each row; the number of statements does not grow with them. Raises BulkRejected,
    and nothing is stored, where rows fail, unless these are to be skipped and others succeed.
    """
    rows = copies_of(rows)
    upserts = compared(rows)
    failed = [row.result(RowStatus.FAILED) for row in rows if row.faults]
    if failed and not (skip_failed and upserts):
        raise BulkRejected(failed)
    _write_products(upserts, by)
    with_other_parts = _write_parts(upserts, by)
    _receive_first_stock(upserts, by)
    written = [each.row.result(_status_of(each, with_other_parts), each.product.pk) for each in upserts]
    return sorted([*written, *failed], key=itemgetter("index"))


def _write_products(upserts: Sequence[Upsert], by: User | None) -> None:
    """Write new products and those with other columns; what meets others has the transaction repeated."""
    new = [each for each in upserts if each.is_new]
    changed = [each for each in upserts if not each.is_new and each.columns]
    _give_slugs([each.product for each in new], given={each.product.slug for each in upserts})
    Product.objects.bulk_create(each.product for each in new)
    if changed:
        # All are there, and locked: this is an UPDATE of many rows with other values each.
        Product.objects.bulk_create(
            [each.product for each in changed],
            update_conflicts=True,
            unique_fields=["pk"],
            update_fields=sorted({"updated_at"}.union(*(each.columns for each in changed))),
        )
    note_written([Written(each.product, each.before, each.old_price) for each in new + changed], by=by)


def _give_slugs(products: Sequence[Product], *, given: Collection[str]) -> None:
    without = [product for product in products if not product.slug]
    slugs = free_slugs([product.name for product in without], among=Product.objects.all(), given=given)
    for product, slug in zip(without, slugs, strict=True):
        product.slug = slug


def _write_parts(upserts: Sequence[Upsert], by: User | None) -> set[Product]:
    """Write what stands in other tables; return the products of which anything there has changed."""
    changes: dict[Product, dict[str, list[Any]]] = {}
    for name, part in PARTS.items():
        if wanted := {each.product: each.parts[name] for each in upserts if name in each.parts}:
            for product, change in part.write(wanted).items():
                changes.setdefault(product, {})[name] = change
    record_all((AuditRecord(Action.CHANGED, product, each) for product, each in changes.items()), by=by)
    if changes:
        Product.objects.filter(pk__in=[product.pk for product in changes]).update(updated_at=timezone.now())
    written = {each.product.pk: {*each.columns, *changes.get(each.product, ())} for each in upserts}
    if found_otherwise := [pk for pk, names in written.items() if REFRESHED & names]:
        refresh_search_terms(found_otherwise)
    return set(changes)


def _receive_first_stock(upserts: Sequence[Upsert], by: User | None) -> None:
    if stocks := {each.product.pk: each.stock for each in upserts if each.stock}:
        receive_stock(stocks, reason=str(FIRST_STOCK_REASON), by=by)


def _status_of(upsert: Upsert, with_other_parts: set[Product]) -> RowStatus:
    if upsert.is_new:
        return RowStatus.CREATED
    is_changed = upsert.columns or upsert.product in with_other_parts
    return RowStatus.UPDATED if is_changed else RowStatus.UNCHANGED
