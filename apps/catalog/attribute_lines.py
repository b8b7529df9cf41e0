"""Values of a choice attribute as lines of text: `red | Красный | Red`, in their order."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.catalog.attribute_values import SLUG
from apps.catalog.models import AttributeValue
from apps.catalog.slugs import slug_of
from apps.core.normalization import NAME

SEPARATOR = "|"
MAX_LINES = 2_000  # with longer names than most have, this is what a form can send
_MAX_NAME = AttributeValue._meta.get_field("name_ru").max_length or 0
_PARTS = 3


class ValueLine(NamedTuple):
    """A value, and what people call it."""

    value: str
    name_ru: str
    name_en: str = ""

    def __str__(self) -> str:
        return f" {SEPARATOR} ".join(filter(None, self))


def lines_of(values: Iterable[AttributeValue]) -> list[ValueLine]:
    """Return the values as lines."""
    return [ValueLine(value.value, value.name_ru, value.name_en) for value in values]


def read_lines(text: str) -> list[ValueLine]:
    """Return the lines of the text, which parts them by bars, or by tabs as a spreadsheet does.

    A line may be a name alone: its value is made of it. Raises ValidationError with the faults of all lines.
    """
    faults: list[ValidationError] = []
    lines: list[ValueLine] = []
    first: dict[str, int] = {}
    for number, parts in _parted(text):
        try:
            line = _line(parts, taken={each.value for each in lines})
            for key in (f"value {line.value}", f"name {NAME.key(line.name_ru)}"):
                if first.setdefault(key, number) != number:
                    raise ValidationError(_("it is in line %s already") % first[key])
            lines.append(line)
        except ValidationError as error:
            told = _("Line %(number)d: %(fault)s.")
            faults += [ValidationError(told % {"number": number, "fault": each}) for each in error.messages]
    if len(lines) > MAX_LINES:
        faults.append(ValidationError(_("At most %s values can be edited here.") % MAX_LINES))
    if faults:
        raise ValidationError(faults)
    return lines


def _parted(text: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield number, [NAME.clean(part) for part in line.replace("\t", SEPARATOR).split(SEPARATOR)]


def _line(parts: list[str], *, taken: set[str]) -> ValueLine:
    if len(parts) == 1:
        parts = [_free_value(parts[0], taken), *parts]
    if len(parts) > _PARTS or not all(parts[:2]):
        raise ValidationError(_("expected are a code, a Russian and an English name"))
    if not SLUG.fullmatch(parts[0]):
        raise ValidationError(_("a code has Latin letters, figures, hyphens and underscores alone"))
    if any(len(part) > _MAX_NAME for part in parts):
        raise ValidationError(_("the name is longer than %s characters") % _MAX_NAME)
    return ValueLine(*parts)


def _free_value(name: str, taken: set[str]) -> str:
    """Return a value made of the name that is not taken."""
    base = slug_of(name)[:90]
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return next(value for value in (base, *numbered) if value not in taken)
