"""Parts of a product that are rows of other tables, and are written together with it."""

from collections.abc import Callable, Mapping
from typing import Any

from apps.catalog.models import Product

# What the part was and what it is, for the audit trail; None where nothing has changed.
PartChange = list[Any] | None
PartWriter = Callable[[Product, Any], PartChange]


def write_parts(
    product: Product, values: Mapping[str, Any], writers: Mapping[str, PartWriter]
) -> dict[str, list[Any]]:
    """Write the parts of the locked product that have values; return what has changed, by part.

    Raises ValidationError, by part, for values that cannot be.
    """
    changes = {}
    for name, value in values.items():
        if (change := writers[name](product, value)) is not None:
            changes[name] = change
    return changes
