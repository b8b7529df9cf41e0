"""Filters of products by attributes: any of the values wanted of one will do; all attributes must match."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from apps.catalog.attribute_values import (
    ChoiceValues,
    attributes_called,
    bool_called,
    choice_values,
    content_of,
    is_choice,
    number_called,
)
from apps.catalog.models import Attribute, AttributeType, Product, ProductAttribute
from apps.core.exceptions import InvalidQuery

RANGE = ".."
FILTERED_TYPES = (AttributeType.CHOICE, AttributeType.NUMBER, AttributeType.BOOL)
Bounds = tuple[Decimal | None, Decimal | None]  # both included; None: open


@dataclass(frozen=True)
class Selection:
    """What is wanted of an attribute, any of which will do: ids of values, booleans, or ranges of numbers."""

    attribute: Attribute
    chosen: frozenset[int] = frozenset()
    ranges: tuple[Bounds, ...] = ()

    def rows(self) -> QuerySet[ProductAttribute]:
        """Return the rows that have one of what is wanted."""
        if is_choice(self.attribute):
            return ProductAttribute.objects.filter(value__in=self.chosen)
        rows = ProductAttribute.objects.filter(attribute=self.attribute)
        if self.ranges:
            return rows.filter(reduce(or_, map(_within, self.ranges)))
        return rows.filter(bool__in=map(bool, self.chosen))

    def has(self, content: int | Decimal) -> bool:
        """Tell whether the id of a value, the boolean or the number is one of what is wanted."""
        return content in self.chosen or any(
            (low is None or low <= content) and (high is None or content <= high) for low, high in self.ranges
        )


def selections_of(wanted: Mapping[str, str]) -> dict[str, Selection]:
    """Return what is wanted of each attribute, by code; two statements read what they mean.

    Raises InvalidQuery for attributes that do not exist or are no filters, and for values that they cannot
    have.
    """
    if not wanted:
        return {}
    known = {code: each for code, each in attributes_called(wanted).items() if is_filter(each)}
    texts = {code: text.split(",") for code, text in wanted.items()}
    values = choice_values((attribute, texts[code]) for code, attribute in known.items())
    selections, faults = {}, {}
    for code in wanted:
        try:
            selections[code] = _selection(known.get(code), texts[code], values)
        except ValidationError as error:
            faults[f"attr[{code}]"] = [
                (fault.code or "invalid", text) for fault in error.error_list for text in fault.messages
            ]
    if faults:
        raise InvalidQuery(faults)
    return selections


def is_filter(attribute: Attribute) -> bool:
    """Tell whether customers can narrow lists down by the attribute."""
    return attribute.is_filter and attribute.type in FILTERED_TYPES


def with_selections(products: QuerySet[Product], selections: Mapping[str, Selection]) -> QuerySet[Product]:
    """Return the products that have what is wanted of each attribute."""
    for selection in selections.values():
        products = products.filter(pk__in=selection.rows().values("product"))
    return products


def _selection(attribute: Attribute | None, texts: Iterable[str], values: ChoiceValues) -> Selection:
    if attribute is None:
        raise ValidationError(_("There is no filter with this code."), code="does_not_exist")
    if not all(texts):
        raise ValidationError(_("A value is missing between commas."), code="invalid")
    if attribute.type == AttributeType.NUMBER:
        return Selection(attribute, ranges=tuple(map(_bounds, texts)))
    if attribute.type == AttributeType.BOOL:
        return Selection(attribute, frozenset(map(bool_called, texts)))
    return Selection(attribute, frozenset(content_of(attribute, text, values)["value"].pk for text in texts))


def _bounds(text: str) -> Bounds:
    """Return the bounds that the text says: `100..500`, `100..`, `..500`, or a number, which is both."""
    low, is_range, high = text.partition(RANGE)
    if not is_range:
        number = number_called(low)
        return number, number
    if not (low or high):
        raise ValidationError(_("A range has a number on one side at least."), code="invalid")
    return (number_called(low) if low else None), (number_called(high) if high else None)


def _within(bounds: Bounds) -> Q:
    limits = zip(("number__gte", "number__lte"), bounds, strict=True)
    return Q(**{lookup: limit for lookup, limit in limits if limit is not None})
