"""Attributes of a product: the list that is written with it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.catalog.attribute_values import (
    ChoiceValues,
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
Wanted = Sequence[Mapping[str, Any]]  # each a `code` and its `values`


class Known(NamedTuple):
    """The attributes and values that lists of attributes name, as far as there are such."""

    attributes: Mapping[str, Attribute]  # by code
    values: ChoiceValues


def write_attributes(product: Product, wanted: Wanted) -> PartChange:
    """Give the locked product these attributes, each a `code` and its `values`, and no others.

    Raises ValidationError, by JSON pointer, for codes and values that are not known, for values of another
    type, and for several values of what is no choice.
    """
    rows = rows_of(product, wanted, known_of([wanted]))
    return write_attributes_of_many({product: rows}).get(product)


def known_of(lists: Iterable[Wanted]) -> Known:
    """Return what the lists name, by two statements at most."""
    texts: dict[str, set[str]] = {}
    for wanted in lists:
        for entry in wanted:
            texts.setdefault(entry["code"], set()).update(entry["values"])
    attributes = attributes_called(texts)
    return Known(attributes, choice_values((each, texts[code]) for code, each in attributes.items()))


def rows_of(product: Product, wanted: Wanted, known: Known) -> list[ProductAttribute]:
    """Return the rows that the list makes for the product.

    Raises ValidationError, by JSON pointer, for what cannot be.
    """
    faults = _faults_of_codes(wanted, known.attributes)
    rows = []
    for place, entry in enumerate(wanted):
        if (attribute := known.attributes.get(entry["code"])) is None:
            continue
        texts = entry["values"]
        if len(texts) > 1 and not is_choice(attribute):
            text = _("This attribute has one value at most.")
            faults[_pointer(place, "values")] = ValidationError(text, code="max_length")
        for number, text in enumerate(texts):
            try:
                content = content_of(attribute, text, known.values)
            except ValidationError as error:
                faults[_pointer(place, "values", number)] = error
            else:
                rows.append(ProductAttribute(product=product, attribute=attribute, **content))
    if faults:
        raise ValidationError(faults)
    return rows


def write_attributes_of_many(
    wanted: Mapping[Product, Iterable[ProductAttribute]],
) -> dict[Product, list[list[str]]]:
    """Give locked products these rows, and no others; return what has changed, as texts.

    The number of statements does not grow with the products.
    """
    before: dict[int, dict[Key, ProductAttribute]] = {product.pk: {} for product in wanted}
    for row in ProductAttribute.objects.filter(product__in=wanted).select_related("attribute", "value"):
        before[row.product_id][key_of(row)] = row
    changes, gone, new = {}, [], []
    for product, rows in wanted.items():
        known, given = before[product.pk], {key_of(row): row for row in rows}
        if known.keys() != given.keys():
            gone += [row.pk for key, row in known.items() if key not in given]
            new += [row for key, row in given.items() if key not in known]
            changes[product] = [texts_of(known.values()), texts_of(given.values())]
    if gone:
        ProductAttribute.objects.filter(pk__in=gone).delete()
    ProductAttribute.objects.bulk_create(new)
    return changes


def key_of(row: ProductAttribute) -> Key:
    """Return what the row says about its product: rows with one key say the same."""
    return row.attribute_id, row.value_id, row.number, row.bool, row.text


def texts_of(rows: Iterable[ProductAttribute]) -> list[str]:
    """Return the rows as the audit trail tells them: `color: blue, red`."""
    texts: dict[str, list[str]] = {}
    for row in rows:
        texts.setdefault(row.attribute.code, []).append(text_of(row))
    return [f"{code}: {', '.join(sorted(values))}" for code, values in sorted(texts.items())]


def _faults_of_codes(wanted: Wanted, known: Mapping[str, Attribute]) -> Faults:
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
