"""Values of attributes as texts: what requests, addresses and tables call them, and what they mean."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from apps.catalog.models import Attribute, AttributeType, AttributeValue, ProductAttribute
from apps.core.api.fields import PLAIN_NUMBER

SLUG = re.compile(r"[-\w]{1,100}", re.ASCII)  # what a value of a choice can be called
BOOLEANS = {"true": True, "false": False}
_QUOTED = 50  # characters of a text that a refusal repeats
ChoiceValues = Mapping[tuple[int, str], AttributeValue]  # by id of the attribute, and the value
_NUMBER: Any = ProductAttribute._meta.get_field("number")


def attributes_called(codes: Iterable[str]) -> dict[str, Attribute]:
    """Return the attributes by their codes, in their order; codes that none has are left out."""
    return {attribute.code: attribute for attribute in Attribute.objects.filter(code__in=set(codes))}


def choice_values(named: Iterable[tuple[Attribute, Iterable[str]]]) -> ChoiceValues:
    """Return those of the named values that are there, by one statement at most."""
    texts = {
        attribute.pk: set(filter(SLUG.fullmatch, values))
        for attribute, values in named
        if is_choice(attribute)
    }
    if not any(texts.values()):
        return {}
    found = AttributeValue.objects.filter(attribute__in=texts, value__in=set().union(*texts.values()))
    return {(value.attribute_id, value.value): value for value in found}


def is_choice(attribute: Attribute) -> bool:
    """Tell whether products choose from values that staff have given the attribute."""
    return attribute.type == AttributeType.CHOICE


def is_number(attribute: Attribute) -> bool:
    """Tell whether the values of the attribute are numbers."""
    return attribute.type == AttributeType.NUMBER


def content_of(attribute: Attribute, text: str, values: ChoiceValues) -> dict[str, Any]:
    """Return the column of a product's attribute that the text is kept in, with its value.

    Raises ValidationError for a text that is none of the attribute's type.
    """
    match attribute.type:
        case AttributeType.CHOICE:
            if (value := values.get((attribute.pk, text))) is None:
                told = _("There is no value “%(value)s”.") % {"value": Truncator(text).chars(_QUOTED)}
                raise ValidationError(told, code="does_not_exist")
            return {"value": value}
        case AttributeType.NUMBER:
            return {"number": number_called(text)}
        case AttributeType.BOOL:
            return {"bool": bool_called(text)}
    return {"text": text}


def number_called(text: str) -> Decimal:
    """Return the number. Raises ValidationError for a text that is none, or one that no product can have."""
    if not PLAIN_NUMBER.fullmatch(text):
        raise ValidationError(_("Must be a number."), code="invalid")
    number: Decimal = _NUMBER.clean(text, None)
    return number


def bool_called(text: str) -> bool:
    """Return what the text says. Raises ValidationError unless it is `true` or `false`."""
    if text not in BOOLEANS:
        raise ValidationError(_("Must be true or false."), code="invalid")
    return BOOLEANS[text]


def text_of(row: ProductAttribute) -> str:
    """Return what requests, addresses and tables call the value."""
    if row.value is not None:
        return row.value.value
    if row.number is not None:
        return number_text(row.number)
    if row.bool is not None:
        return "true" if row.bool else "false"
    return row.text


def number_text(number: Decimal) -> str:
    """Return the number without zeros at its end, and without an exponent."""
    return f"{number.normalize():f}"
