"""Attributes of a product as people read them."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from apps.catalog.attribute_values import number_text
from apps.catalog.models import AttributeType, ProductAttribute


def shown_attributes(rows: Iterable[ProductAttribute]) -> list[dict[str, Any]]:
    """Return the attributes in their order, each with its values, in the present language."""
    shown: dict[str, dict[str, Any]] = {}
    for row in rows:
        attribute = row.attribute
        entry = shown.setdefault(
            attribute.code,
            {"code": attribute.code, "name": attribute.name, "unit": attribute.unit, "values": []},
        )
        entry["values"].append(value_text(row))
    return list(shown.values())


def value_text(row: ProductAttribute) -> str:
    """Return the value as people read it, in the present language."""
    if row.value is not None:
        return row.value.name
    if row.attribute.type == AttributeType.NUMBER and row.number is not None:
        return number_text(row.number)
    if row.attribute.type == AttributeType.BOOL:
        return _("yes") if row.bool else _("no")
    return row.text
