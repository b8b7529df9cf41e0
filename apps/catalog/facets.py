"""Facets: by which values of attributes a list can be narrowed down, and how many products would be left.

The counts are disjunctive: those of an attribute are made without what is chosen of it, so that they say what
another choice would bring. Up to 10,000 products are counted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from apps.catalog.attribute_filters import Selection, with_selections
from apps.catalog.attribute_values import is_choice, is_number, number_text
from apps.catalog.models import Attribute, AttributeType, AttributeValue, Product, ProductAttribute
from apps.core.database.estimated_counts import MOST_COUNTED

# The products are found once, whatever the filters cost, and not counted where they are too many.
_COUNT = """
    WITH matching (id, price) AS MATERIALIZED ({products})
    SELECT NULL AS attribute_id, NULL AS value_id, NULL AS number, NULL AS bool,
        count(*) AS count, min(price) AS least, max(price) AS greatest
    FROM matching
    UNION ALL
    SELECT held.attribute_id, held.value_id, held.number, held.bool, count(*), NULL, NULL
    FROM matching JOIN {table} AS held ON held.product_id = matching.id
    WHERE held.attribute_id IN ({attributes}) AND (SELECT count(*) FROM matching) <= {most}
    GROUP BY held.attribute_id, held.value_id, held.number, held.bool
"""

Content = int | bool | Decimal  # the id of a value, or what stands in the place of one


@dataclass(frozen=True)
class FacetValue:
    """A value, and how many products have it; None: too many to count."""

    value: str
    label: str
    count: int | None
    selected: bool


@dataclass(frozen=True)
class Facet:
    """An attribute with its values."""

    attribute: Attribute
    values: list[FacetValue]


@dataclass(frozen=True)
class Facets:
    """The facets, and the range of prices; None: there are no products, or too many to count."""

    facets: list[Facet]
    least_price: Decimal | None
    greatest_price: Decimal | None
    counts_exact: bool


@dataclass(frozen=True)
class _Counts:
    """What products have of attributes; `is_exact` is false where they are too many to count."""

    by_attribute: Mapping[int, Mapping[Content, int]]
    prices: tuple[Decimal | None, Decimal | None] = (None, None)
    is_exact: bool = True

    def of(self, attribute: Attribute) -> Mapping[Content, int]:
        """Return how many products have which values of the attribute."""
        return self.by_attribute.get(attribute.pk, {})


def facets_of(
    products: QuerySet[Product],
    *,
    price: Q,
    selections: Mapping[str, Selection],
    attributes: Sequence[Attribute],
) -> Facets:
    """Return the facets of the products, which other filters than those of price and attributes have left.

    One statement counts all attributes of which nothing is chosen, and one each of the others.
    """
    counts: dict[int, _Counts] = {}
    in_price = products.filter(price)
    chosen = [attribute for attribute in attributes if attribute.code in selections]
    others = [attribute for attribute in attributes if attribute.code not in selections]
    all_matching = _counts(with_selections(in_price, selections.values()), others)
    counts = {attribute.pk: all_matching for attribute in others}
    for attribute in chosen:
        beside = [each for code, each in selections.items() if code != attribute.code]
        counts[attribute.pk] = _counts(with_selections(in_price, beside), [attribute])
    of_price = _counts(with_selections(products, selections.values()), []) if price else all_matching
    return Facets(
        _facets(attributes, counts, selections),
        *of_price.prices,
        all(each.is_exact for each in counts.values()),
    )


def _facets(
    attributes: Sequence[Attribute], counts: Mapping[int, _Counts], selections: Mapping[str, Selection]
) -> list[Facet]:
    choices = _choices(attributes)
    uncounted = [each for each in attributes if is_number(each) and not counts[each.pk].is_exact]
    ends = _ends(uncounted)
    facets = []
    for attribute in attributes:
        counted, selection = counts[attribute.pk], selections.get(attribute.code)
        numbers = sorted(counted.of(attribute)) if counted.is_exact else ends.get(attribute.pk, ())
        shown = choices.get(attribute.pk) or _plain_values(attribute, numbers)
        facets.append(Facet(attribute, list(_values(shown, attribute, counted, selection))))
    return facets


def _values(
    known: Iterable[tuple[Content, str, str]],
    attribute: Attribute,
    counts: _Counts,
    selection: Selection | None,
) -> Iterator[FacetValue]:
    """Yield the values that products have or that are chosen; all, where there are too many products."""
    counted = counts.of(attribute)
    for content, value, label in known:
        is_selected = selection is not None and selection.has(content)
        if not counts.is_exact:
            yield FacetValue(value, label, None, is_selected)
        elif content in counted or is_selected:
            yield FacetValue(value, label, counted.get(content, 0), is_selected)


def _choices(attributes: Iterable[Attribute]) -> dict[int, list[tuple[Content, str, str]]]:
    """Return the values that can be chosen of each attribute, in their order: id, value and name."""
    found: dict[int, list[tuple[Content, str, str]]] = {}
    if wanted := [attribute.pk for attribute in attributes if is_choice(attribute)]:
        for value in AttributeValue.objects.filter(attribute__in=wanted):
            found.setdefault(value.attribute_id, []).append((value.pk, value.value, value.name))
    return found


def _plain_values(attribute: Attribute, numbers: Iterable[Content]) -> Iterator[tuple[Content, str, str]]:
    if attribute.type == AttributeType.BOOL:
        yield from ((True, "true", _("yes")), (False, "false", _("no")))
    elif is_number(attribute):
        for number in numbers:
            text = number_text(Decimal(number))
            yield number, text, f"{text} {attribute.unit}".strip()


def _ends(attributes: Sequence[Attribute]) -> dict[int, Sequence[Decimal]]:
    """Return the least and the greatest number that any product has of each attribute: ends of a slider."""
    if not attributes:
        return {}
    held = ProductAttribute.objects.filter(attribute=OuterRef("pk"), number__isnull=False)
    ends = {
        name: Subquery(held.order_by(order).values("number")[:1])
        for name, order in (("least", "number"), ("greatest", "-number"))
    }
    found: Any = Attribute.objects.filter(pk__in=[each.pk for each in attributes])
    rows = found.order_by().values_list("pk", ends["least"], ends["greatest"])
    return {pk: sorted({least, greatest}) for pk, least, greatest in rows if least is not None}


def _counts(products: QuerySet[Product], attributes: Sequence[Attribute]) -> _Counts:
    connection = connections[products.db]
    first = products.order_by().values("pk", "price")[: MOST_COUNTED + 1]
    try:
        sql, values = first.query.get_compiler(using=products.db).as_sql()
    except EmptyResultSet:  # the ORM knows without asking
        return _Counts({})
    statement = _COUNT.format(
        products=sql,
        table=connection.ops.quote_name(ProductAttribute._meta.db_table),
        attributes=", ".join(["%s"] * len(attributes)) or "NULL",
        most=MOST_COUNTED,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *(attribute.pk for attribute in attributes)])
        rows = cursor.fetchall()
    by_attribute: dict[int, dict[Content, int]] = {attribute.pk: {} for attribute in attributes}
    total = 0
    prices: tuple[Decimal | None, Decimal | None] = (None, None)
    for attribute_id, value_id, number, boolean, count, least, greatest in rows:
        if attribute_id is None:
            total, prices = count, (_decimal(least), _decimal(greatest))
        elif (content := _content(value_id, number, boolean)) is not None:
            by_attribute[attribute_id][content] = count
    if total > MOST_COUNTED:
        return _Counts({}, is_exact=False)
    return _Counts(by_attribute, prices)


def _content(value_id: int | None, number: Any, boolean: Any) -> Content | None:
    if value_id is not None:
        return value_id
    return _decimal(number) if number is not None else boolean


def _decimal(number: Any) -> Decimal | None:
    return None if number is None else Decimal(str(number))  # SQLite knows no decimals
