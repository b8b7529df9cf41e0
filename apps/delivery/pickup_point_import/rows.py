"""Rows of a table of pick-up points: what each column says, and what is wrong with a row."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from apps.catalog.product_import import UnusableFile
from apps.core.countries import COUNTRIES
from apps.core.normalization import clean_code, clean_name
from apps.delivery.models import PickupPoint

REQUIRED = ("provider", "code", "kind", "name", "country")
_DEGREES = Decimal("0.000001")  # what a column holds: 11 cm
_QUOTED = 100  # characters of a cell that a reason repeats
_YES, _NO = {"1", "true", "yes", "да"}, {"0", "false", "no", "нет", ""}


@dataclass(frozen=True)
class BadRow:
    """A row that is not imported, by the number that a spreadsheet shows beside it."""

    number: int
    reason: str


@dataclass(frozen=True)
class PointRow:
    """A row, as the values of the columns that the table has."""

    number: int
    values: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, str]:
        """Return what the point is known by."""
        return self.values["provider"], self.values["code"]


def hours_of(text: str) -> dict[str, str]:
    """Return opening hours: an object of JSON as it is, any other text as one entry. Raises ValueError."""
    if not text.startswith("{"):
        return {"text": text} if text else {}
    hours = json.loads(text)
    if not all(map(_is_storable, (*hours, *hours.values()))):
        raise ValueError
    return hours


def columns_of(names: Iterable[str]) -> list[str]:
    """Return the columns of a heading, in any case; those that are not read are empty.

    Raises UnusableFile when one is missing, or there twice.
    """
    columns = [name if (name := clean_code(each).lower()) in _READERS else "" for each in names]
    if missing := [name for name in REQUIRED if name not in columns]:
        raise UnusableFile(_("Columns are missing in the first row: %s.") % ", ".join(missing))
    if doubled := {name for name in columns if name and columns.count(name) > 1}:
        raise UnusableFile(_("Columns are there twice: %s.") % ", ".join(sorted(doubled)))
    return columns


def read_row(number: int, cells: list[str] | None, columns: list[str]) -> PointRow | BadRow:
    """Read a record of the file; None stands for a line that is none."""
    if cells is None:
        return BadRow(number, _("a quotation mark that is not closed, or text behind a closing one"))
    if len(cells) != len(columns):
        return BadRow(number, _("the number of cells differs from the heading's"))
    values, faults = _read_cells(cells, columns)
    return BadRow(number, "; ".join(faults)) if faults else _validated(PointRow(number, values))


def _read_cells(cells: list[str], columns: list[str]) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    faults = []
    for column, cell in zip(columns, cells, strict=True):
        if not column:
            continue
        try:
            values[column] = _READERS[column](clean_name(cell))
        except (ValueError, InvalidOperation, RecursionError):
            text = _("“%s” cannot be read") % Truncator(cell).chars(_QUOTED)
            faults.append(f"{column}: {text}")
    return values, faults


def _validated(row: PointRow) -> PointRow | BadRow:
    try:
        PickupPoint(**row.values).full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        faults = error.message_dict.items()
        return BadRow(row.number, "; ".join(f"{name}: {' '.join(texts)}" for name, texts in faults))
    return row


def _is_storable(text: Any) -> bool:
    # JSON can escape what no text of PostgreSQL holds: NUL, and halves of characters.
    return isinstance(text, str) and "\0" not in text and text.encode(errors="ignore").decode() == text


def _country(text: str) -> str:
    if text not in COUNTRIES:
        raise ValueError
    return text


def _degrees(text: str) -> Decimal:
    return Decimal(text.replace(",", ".")).quantize(_DEGREES) if text else Decimal(0)


def _weight(text: str) -> int | None:
    return int(text) if text else None


def _boolean(text: str) -> bool:
    word = text.lower()
    if word not in _YES | _NO:
        raise ValueError
    return word in _YES


_READERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("provider", "code"), clean_code),
    **dict.fromkeys(("kind", "name", "region", "city", "postal_code", "address"), str),
    "country": _country,
    **dict.fromkeys(("lat", "lon"), _degrees),
    "hours": hours_of,
    "max_weight_g": _weight,
    **dict.fromkeys(("takes_cash", "takes_cards", "is_active"), _boolean),
}
COLUMNS = tuple(_READERS)
OPTIONAL = tuple(name for name in COLUMNS if name not in REQUIRED)
