"""Services of attributes: the values that products choose from."""

from collections.abc import Collection, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.audit.services import record_change
from apps.catalog.attribute_lines import ValueLine, lines_of
from apps.catalog.models import Attribute, AttributeValue

SHOWN = 10  # values that a refusal names


@transaction.atomic
def write_values(attribute_id: int, wanted: Sequence[ValueLine]) -> None:
    """Give the attribute these values, in this order, and no others.

    The entry in the audit trail is the attribute's. Raises Attribute.DoesNotExist, and ValidationError for
    values that are left out while products have them.
    """
    attribute = Attribute.objects.select_for_update(no_key=True).get(pk=attribute_id)
    known = {value.value: value for value in attribute.values.all()}
    before = lines_of(known.values())
    refuse_in_use(attribute_id, known.keys() - {line.value for line in wanted})
    attribute.values.exclude(value__in=[line.value for line in wanted]).delete()
    new: list[AttributeValue] = []
    changed: list[AttributeValue] = []
    for position, line in enumerate(wanted):
        value = known.get(line.value) or AttributeValue(attribute=attribute, value=line.value)
        columns = (line.name_ru, line.name_en, position)
        if value.pk is None or (value.name_ru, value.name_en, value.position) != columns:
            value.name_ru, value.name_en, value.position = columns
            (changed if value.pk else new).append(value)
    AttributeValue.objects.bulk_create(new)
    AttributeValue.objects.bulk_update(changed, ["name_ru", "name_en", "position"])
    if list(wanted) != before:
        record_change(attribute, {"values": _differing(before, wanted)})


def refuse_in_use(attribute_id: int, values: Collection[str]) -> None:
    """Raise ValidationError if a product has one of the values of the attribute."""
    used = AttributeValue.objects.filter(
        attribute=attribute_id, value__in=values, product_attributes__isnull=False
    )
    if found := list(used.order_by("value").values_list("value", flat=True).distinct()[: SHOWN + 1]):
        names = ", ".join([*found[:SHOWN], *(["…"] if len(found) > SHOWN else [])])
        raise ValidationError(_("Products have these values: %s.") % names, code="in_use")


def _differing(before: Sequence[ValueLine], after: Sequence[ValueLine]) -> list[list[str]]:
    """Return the lines that are in one of both alone; where only their order differs, all of them."""
    both = set(before) & set(after) if set(before) != set(after) else set[ValueLine]()
    return [[str(line) for line in lines if line not in both] for lines in (before, after)]
