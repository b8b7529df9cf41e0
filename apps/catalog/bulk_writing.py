"""Products that are written many at once: what is noted of them, by one statement for each kind of note."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.audit.models import Action
from apps.audit.services import AuditRecord, changes_between, changes_from_nothing, record_all, values_of
from apps.catalog.lowest_prices import write_lowest_prices
from apps.catalog.models import PriceChange, Product
from apps.users.models import User

LOCK = "import of products"  # two that create the same ones in another order would wait for each other


@dataclass(frozen=True)
class Written:
    """A product that was written; what its audited values and its price were before, None of a new one."""

    product: Product
    before: Mapping[str, Any] | None = None
    old_price: Decimal | None = None


def note_written(written: Sequence[Written], *, by: User | None) -> None:
    """Note changed prices, bring the lowest prices up to date, and record the changes in the audit trail."""
    PriceChange.objects.bulk_create(
        PriceChange(
            product=each.product, old_price=each.old_price, new_price=each.product.price, created_by=by
        )
        for each in written
        if each.old_price not in {None, each.product.price}
    )
    write_lowest_prices([each.product for each in written])
    record_all(filter(None, map(_audit_record, written)), by=by)


def _audit_record(written: Written) -> AuditRecord | None:
    product, before = written.product, written.before
    if before is None:
        values = values_of(product, product.AUDITED_FIELDS)
        return AuditRecord(Action.CREATED, product, changes_from_nothing(values))
    changes = changes_between(before, values_of(product, before))
    return AuditRecord(Action.CHANGED, product, changes) if changes else None
