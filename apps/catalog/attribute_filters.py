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
    bool_called,
    choice_values,
    content_of,
    is_choice,
    number_called,
)
from apps.catalog.models import Attribute, AttributeType, Product, ProductAttribute
from apps.core.database.estimated_counts import MOST_COUNTED
from apps.core.database.expressions import is_among
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


def filter_attributes() -> dict[str, Attribute]:
    """Return the attributes that lists can be narrowed down by, by code, in their order."""
    found = Attribute.objects.filter(is_filter=True, type__in=FILTERED_TYPES)
    return {attribute.code: attribute for attribute in found}


def selections_of(
    wanted: Mapping[str, str], known: Mapping[str, Attribute] | None = None
) -> dict[str, Selection]:
    """Return what is wanted of each attribute, by code.

    A statement reads the `filter_attributes`, if they are not known, and another one the values. Raises
    InvalidQuery for attributes that do not exist or are no filters, and for values that they cannot have.
    """
    if not wanted:
        return {}
    known = filter_attributes() if known is None else known
    texts = {code: text.split(",") for code, text in wanted.items()}
    values = choice_values((known[code], texts[code]) for code in wanted if code in known)
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


def with_selections(products: QuerySet[Product], selections: Iterable[Selection]) -> QuerySet[Product]:
    """Return the products that have what is wanted of each attribute.

    A statement counts them first, up to 10,000: so many are looked up by their ids. Without that PostgreSQL
    would read a million products for them.
    """
    matching: QuerySet[ProductAttribute] | None = None
    for selection in selections:
        rows = selection.rows()
        # One within the other: side by side, the database would begin with the products.
        matching = rows if matching is None else rows.filter(product__in=matching.values("product"))
    if matching is None:
        return products
    ids = matching.order_by().values("product")
    if ids[: MOST_COUNTED + 1].count() > MOST_COUNTED:
        return products.filter(pk__in=ids)
    return products.filter(is_among("pk", ids))


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
