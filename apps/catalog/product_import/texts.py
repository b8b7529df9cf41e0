"""Texts in further languages in a table: which rows change which, and the writing of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from apps.audit.models import Action
from apps.audit.services import AuditRecord, record_all
from apps.catalog.models import Product, ProductTranslation
from apps.catalog.product_import.cells import says_the_same
from apps.catalog.product_import.headings import TEXT_COLUMNS
from apps.catalog.product_import.rows import ProductRow
from apps.catalog.shown_texts import PRODUCT_TEXTS
from apps.catalog.translations import PART, write_translations_of_many
from apps.users.models import User

Changes = dict[str, tuple[Any, Any]]  # by column: what is there, and what the row says


@dataclass
class TextPlan:
    """What rows change of the texts of their products, by keys of skus."""

    changes: dict[str, Changes] = field(default_factory=dict)

    def changes_of(self, row: ProductRow) -> Changes:
        """Return what the row changes."""
        return self.changes.get(row.key, {})


def plan_texts(rows: Iterable[ProductRow]) -> TextPlan:
    """Compare the rows with the texts as they are, by one statement; none where no row has any."""
    speaking = {row.key: row for row in rows if row.texts}
    if not speaking:
        return TextPlan()
    known = ProductTranslation.objects.filter(product__sku_key__in=speaking)
    present: dict[tuple[str | None, str], str] = {
        (key, f"{name}_{language}"): text
        for key, language, *texts in known.values_list("product__sku_key", "language", *PRODUCT_TEXTS)
        for name, text in zip(PRODUCT_TEXTS, texts, strict=True)
    }
    changes: dict[str, Changes] = {
        key: {
            column: (old or None, text)
            for column, text in row.texts.items()
            if not says_the_same(old := present.get((key, column), ""), text)
        }
        for key, row in speaking.items()
    }
    return TextPlan({key: changed for key, changed in changes.items() if changed})


def write_texts(plan: TextPlan, products: Mapping[str, Product], *, by: User | None) -> None:
    """Write what is planned, for the locked products by the keys of their skus."""
    if not plan.changes:
        return
    wanted: dict[Product, dict[str, dict[str, str]]] = {}
    for key, changes in plan.changes.items():
        for column, (_old, text) in changes.items():
            language, name = TEXT_COLUMNS[column]
            wanted.setdefault(products[key], {}).setdefault(language, {})[name] = text
    written = write_translations_of_many(wanted)
    record_all(
        (AuditRecord(Action.CHANGED, product, {PART: change}) for product, change in written.items()), by=by
    )
    Product.objects.filter(pk__in=[product.pk for product in written]).update(updated_at=timezone.now())
