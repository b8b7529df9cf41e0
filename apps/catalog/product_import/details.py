"""Details of products in a table that no two products share: barcodes, and ids in another system."""

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.catalog.models import Product
from apps.catalog.product_import.headings import column_name
from apps.catalog.product_import.rows import BadRow, ProductRow

UNIQUE = ("barcode", "external_id")


def taken_details(rows: Sequence[ProductRow]) -> list[BadRow]:
    """Return the rows with what another product has, or an earlier row, by one statement.

    Even if another row takes it away from there: rows are written many at once.
    """
    wanted = {name: [row.details[name] for row in rows if name in row.details] for name in UNIQUE}
    if not any(wanted.values()):
        return []
    holders: dict[tuple[str, str], str] = {}
    found = Product.objects.filter(
        Q(barcode__in=wanted["barcode"]) | Q(external_id__in=wanted["external_id"])
    )
    for key, *values in found.values_list("sku_key", *UNIQUE):
        holders |= {(name, value): key or "" for name, value in zip(UNIQUE, values, strict=True) if value}
    refused = []
    for row in rows:
        for name in UNIQUE:
            value = row.details.get(name)
            if value and holders.setdefault((name, value), row.key) != row.key:
                text = _("another product has “%s”") % value
                refused.append(BadRow(row.number, f"{column_name(name)}: {text}", row.cells))
                break
    return refused
