"""Attributes of a product: the list that is written with it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.catalog.attribute_values import (
    attributes_called,
    choice_values,
    content_of,
    is_choice,
    text_of,
)
from apps.catalog.models import Attribute, Product, ProductAttribute
from apps.catalog.product_parts import PartChange
from apps.core.json_pointers import Pointer

PART = "attributes"
Faults = dict[str, ValidationError]  # by JSON pointer
Key = tuple[Any, ...]


def write_attributes(product: Product, wanted: Sequence[Mapping[str, Any]]) -> PartChange:
    """Give the locked product these attributes, each a `code` and its `values`, and no others.

    Raises ValidationError, by JSON pointer, for codes and values that are not known, for values of another
    type, and for several values of what is no choice.
    """
    before = list(product.attributes.select_related("attribute", "value"))
    rows = {key_of(row): row for row in _rows_of(product, wanted)}
    return written_rows(before, rows)


def written_rows(before: Iterable[ProductAttribute], wanted: Mapping[Key, ProductAttribute]) -> PartChange:
    """Write what differs between the rows that are there and those that are wanted; return both as texts."""
    known = {key_of(row): row for row in before}
    if known.keys() == wanted.keys():
        return None
    gone = [row.pk for key, row in known.items() if key not in wanted]
    ProductAttribute.objects.filter(pk__in=gone).delete()
    ProductAttribute.objects.bulk_create(row for key, row in wanted.items() if key not in known)
    return [texts_of(known.values()), texts_of(wanted.values())]


def key_of(row: ProductAttribute) -> Key:
    """Return what the row says about its product: rows with one key say the same."""
    return row.attribute_id, row.value_id, row.number, row.bool, row.text


def texts_of(rows: Iterable[ProductAttribute]) -> list[str]:
    """Return the rows as the audit trail tells them: `color: blue, red`."""
    texts: dict[str, list[str]] = {}
    for row in rows:
        texts.setdefault(row.attribute.code, []).append(text_of(row))
    return [f"{code}: {', '.join(sorted(values))}" for code, values in sorted(texts.items())]


def _rows_of(product: Product, wanted: Sequence[Mapping[str, Any]]) -> list[ProductAttribute]:
    known = attributes_called(entry["code"] for entry in wanted)
    faults = _faults_of_codes(wanted, known)
    named = [
        (place, known[entry["code"]], entry["values"])
        for place, entry in enumerate(wanted)
        if entry["code"] in known
    ]
    values = choice_values((attribute, texts) for _place, attribute, texts in named)
    rows = []
    for place, attribute, texts in named:
        if len(texts) > 1 and not is_choice(attribute):
            text = _("This attribute has one value at most.")
            faults[_pointer(place, "values")] = ValidationError(text, code="max_length")
        for number, text in enumerate(texts):
            try:
                content = content_of(attribute, text, values)
            except ValidationError as error:
                faults[_pointer(place, "values", number)] = error
            else:
                rows.append(ProductAttribute(product=product, attribute=attribute, **content))
    if faults:
        raise ValidationError(faults)
    return rows


def _faults_of_codes(wanted: Sequence[Mapping[str, Any]], known: Mapping[str, Attribute]) -> Faults:
    faults: Faults = {}
    seen = set()
    for place, entry in enumerate(wanted):
        code, pointer = entry["code"], _pointer(place, "code")
        if code not in known:
            text = _("There is no attribute with this code.")
            faults[pointer] = ValidationError(text, code="does_not_exist")
        elif code in seen:
            text = _("This attribute is named more than once.")
            faults[pointer] = ValidationError(text, code="conflict")
        seen.add(code)
    return faults


def _pointer(*names: object) -> Pointer:
    return Pointer("".join(Pointer.to(name) for name in (PART, *names)))
