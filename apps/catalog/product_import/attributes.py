"""Attributes of a table: which values the rows give their products, and which values of choices are new."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from apps.audit.models import Action
from apps.audit.services import AuditRecord, changes_from_nothing, record_all, values_of
from apps.catalog.attribute_values import (
    attributes_called,
    content_of,
    is_choice,
    is_number,
    number_text,
    text_of,
)
from apps.catalog.attributes import write_attributes_of_many
from apps.catalog.models import (
    BRAND,
    MAX_TEXT_LENGTH,
    MAX_VALUES,
    TAG,
    Attribute,
    AttributeType,
    AttributeValue,
    Product,
    ProductAttribute,
)
from apps.catalog.product_import.headings import ATTRIBUTE, column_name
from apps.catalog.product_import.numbers import UnclearNumber, number_of
from apps.catalog.product_import.rows import BadRow, ProductRow
from apps.catalog.search_terms import refresh_search_terms
from apps.catalog.slugs import slug_of
from apps.core.api.fields import PLAIN_NUMBER
from apps.core.normalization import NAME
from apps.users.models import User

SEPARATOR = "|"  # of several values
NOTHING = "-"  # takes the attribute away
_WORDS = {
    **dict.fromkeys(("true", "1", "yes", "да", "истина"), "true"),
    **dict.fromkeys(("false", "0", "no", "нет", "ложь"), "false"),
}
_SHOWN = 50  # characters of a text that a reason repeats
_MAX_NAME = AttributeValue._meta.get_field("name_ru").max_length or 0

Changes = dict[str, tuple[Any, Any]]  # by column: what is there (None: nothing), and what the row says


@dataclass
class AttributePlan:
    """What rows make of attributes, by keys of skus; and the rows that cannot be."""

    refused: list[BadRow] = field(default_factory=list)
    changes: dict[str, Changes] = field(default_factory=dict)
    rows: dict[str, list[ProductAttribute]] = field(default_factory=dict)  # all that the product is to have
    new_values: list[AttributeValue] = field(default_factory=list)

    def changes_of(self, row: ProductRow) -> Changes:
        """Return what the row changes of the attributes of its product."""
        return self.changes.get(row.key, {})

    @property
    def new_names(self) -> list[str]:
        """Return the values that are new, as staff read them."""
        return [f"{value.attribute.name}: {value.name_ru}" for value in self.new_values]


def plan_attributes(rows: Iterable[ProductRow]) -> AttributePlan:
    """Compare the rows with what their products have.

    The number of statements does not grow with the rows; it is none where no row speaks of attributes.
    """
    plan, speaking = AttributePlan(), [row for row in rows if row.attributes]
    if not speaking:
        return plan
    known = attributes_called(code for row in speaking for code in row.attributes)
    choices = _Choices(known.values())
    present = _present(speaking)
    for row in speaking:
        held = present.get(row.key, [])
        try:
            wanted = {code: _contents(known, code, row, choices) for code in row.attributes}
        except ValueError as error:
            plan.refused.append(BadRow(row.number, str(error), row.cells))
            continue
        _plan_row(plan, row, held, wanted)
    plan.new_values = choices.new
    return plan


def write_planned(plan: AttributePlan, products: Mapping[str, Product], *, by: User | None) -> None:
    """Write what is planned, for the products by the keys of their skus, which are locked."""
    wanted = {products[key]: plan.rows[key] for key in plan.changes}
    if not wanted:
        return
    used = {id(row.value) for rows in wanted.values() for row in rows if row.value is not None}
    new = [value for value in plan.new_values if id(value) in used]
    AttributeValue.objects.bulk_create(new)
    for product, rows in wanted.items():
        for row in rows:
            row.product, row.value = product, row.value  # each has an id by now
    changes = write_attributes_of_many(wanted)
    Product.objects.filter(pk__in=[product.pk for product in changes]).update(updated_at=timezone.now())
    if any({f"{ATTRIBUTE}{BRAND}", f"{ATTRIBUTE}{TAG}"} & each.keys() for each in plan.changes.values()):
        refresh_search_terms(product.pk for product in changes)
    made = [AuditRecord(Action.CREATED, each, changes_from_nothing(_values(each))) for each in new]
    told = [(product, {"attributes": texts}) for product, texts in changes.items()]
    record_all([*made, *(AuditRecord(Action.CHANGED, *each) for each in told)], by=by)


class _Choices:
    """The values that can be chosen: by what they are, and by what people call them in any case."""

    def __init__(self, attributes: Iterable[Attribute]) -> None:
        self.new: list[AttributeValue] = []
        self._taken: dict[int, set[str]] = {each.pk: set() for each in attributes if is_choice(each)}
        self._positions: dict[int, int] = {}
        self._called: dict[tuple[int, str], AttributeValue] = {}
        for value in AttributeValue.objects.filter(attribute__in=self._taken):
            self._note(value)

    def called(self, attribute: Attribute, text: str) -> AttributeValue:
        """Return the value that the text means; one that is not there is to be made."""
        key = (attribute.pk, NAME.key(text))
        if key not in self._called:
            self._note(self._made(attribute, text))
        return self._called[key]

    def _made(self, attribute: Attribute, text: str) -> AttributeValue:
        """Return a new value: its name is the text, its slug is made of it."""
        base = slug_of(text)[:90]
        number = 1
        while (slug := base if number == 1 else f"{base}-{number}") in self._taken[attribute.pk]:
            number += 1
        position = self._positions.get(attribute.pk, 0)
        value = AttributeValue(attribute=attribute, value=slug, name_ru=text, position=position)
        self.new.append(value)
        return value

    def _note(self, value: AttributeValue) -> None:
        attribute_id = value.attribute_id
        self._taken[attribute_id].add(value.value)
        self._positions[attribute_id] = max(self._positions.get(attribute_id, 0), value.position + 1)
        for name in filter(None, (value.name_en, value.name_ru)):
            self._called.setdefault((attribute_id, NAME.key(name)), value)
        # What it is counts more than how another one is called.
        self._called[attribute_id, NAME.key(value.value)] = value


def _present(rows: Iterable[ProductRow]) -> dict[str, list[ProductAttribute]]:
    """Return what the products of the rows have, by keys of skus."""
    found: dict[str, list[ProductAttribute]] = {}
    products = Product.objects.with_skus(row.sku for row in rows).values("pk")
    held = ProductAttribute.objects.filter(product__in=products)
    for row in held.select_related("product", "attribute", "value"):
        found.setdefault(row.product.sku_key or "", []).append(row)
    return found


def _plan_row(
    plan: AttributePlan,
    row: ProductRow,
    held: list[ProductAttribute],
    wanted: Mapping[str, list[ProductAttribute]],
) -> None:
    changes: Changes = {}
    for code, rows in wanted.items():
        old = sorted(text_of(each) for each in held if each.attribute.code == code)
        new = sorted(text_of(each) for each in rows)
        if old != new:
            changes[f"{ATTRIBUTE}{code}"] = (SEPARATOR.join(old) or None, SEPARATOR.join(new) or None)
    if changes:
        others = [each for each in held if each.attribute.code not in wanted]
        plan.changes[row.key] = changes
        plan.rows[row.key] = [*others, *(each for rows in wanted.values() for each in rows)]


def _contents(
    known: Mapping[str, Attribute], code: str, row: ProductRow, choices: _Choices
) -> list[ProductAttribute]:
    """Return what the row says of the attribute. Raises ValueError when that cannot be."""
    text, column = row.attributes[code], column_name(f"{ATTRIBUTE}{code}")
    if (attribute := known.get(code)) is None:
        raise ValueError(f"{column}: {_('There is no attribute with this code.')}")
    if text == NOTHING:
        return []
    if is_choice(attribute):
        names = dict.fromkeys(filter(None, map(NAME.clean, text.split(SEPARATOR))))
        if len(names) > MAX_VALUES or any(len(name) > _MAX_NAME for name in names):
            text = _("too many values, or too long ones")
            raise ValueError(f"{column}: {text}")
        values = {value.value: value for value in (choices.called(attribute, name) for name in names)}
        return [ProductAttribute(attribute=attribute, value=value) for value in values.values()]
    try:
        content = content_of(attribute, _plain(attribute, text, row), {})
        return [ProductAttribute(attribute=attribute, **content)]
    except (ValueError, ValidationError) as error:
        reason = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        raise ValueError(f"{column}: {reason}") from error


def _plain(attribute: Attribute, text: str, row: ProductRow) -> str:
    """Return the text as the API would be sent it. Raises ValueError for a number that is none."""
    if attribute.type == AttributeType.BOOL:
        return _WORDS.get(text.lower(), text)
    if is_number(attribute):
        if PLAIN_NUMBER.fullmatch(text) and row.decimal != ",":
            return text
        try:
            return number_text(number_of(text, row.decimal))
        except ValueError as error:
            if isinstance(error, UnclearNumber):
                raise
            raise ValueError(_("“%s” is not a number") % Truncator(text).chars(_SHOWN)) from error
    if len(text) > MAX_TEXT_LENGTH:
        raise ValueError(_("the text is longer than %s characters") % MAX_TEXT_LENGTH)
    return text


def _values(value: AttributeValue) -> dict[str, Any]:
    return values_of(value, value.AUDITED_FIELDS)
