"""Prices and counts as people and spreadsheets write them: `1250.5`, `1 250,50 ₽`, `1,250.50`, `5,0`."""

import re
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

DECIMAL_SIGNS = (".", ",")
_PLAIN = re.compile(
    r"-?[0-9]+(\.[0-9]{1,2})?"
)  # Decimal() would read 1_0 and digits of other scripts as well
_SPACES = re.compile("[ \N{NO-BREAK SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}\N{FIGURE SPACE}]+")
_CURRENCY = re.compile(r"^[$€₽]|(₽|руб\.?|р\.|RUB|\$|€)$", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?P<whole>-?(?:[0-9]+|[0-9]{1,3}(?:(?P<group>[ .,])[0-9]{3})(?:(?P=group)[0-9]{3})*))"
    r"(?:(?P<sign>[.,])(?P<fraction>[0-9]+))?"
)
_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}")


class UnclearNumber(ValueError):
    """A number that means another one where the decimal sign is another."""


class _Digits(NamedTuple):
    whole: str
    sign: str
    fraction: str
    is_grouped: bool

    @property
    def is_unclear(self) -> bool:
        """Tell whether the sign could part thousands as well."""
        is_three = len(self.fraction) == 3 and not self.is_grouped
        return is_three and _THOUSANDS.fullmatch(self.whole) is not None


def number_of(text: str, decimal: str) -> Decimal:
    """Return the number that the text stands for; `decimal` is the decimal sign of its file ("": unknown).

    Raises UnclearNumber for what could mean two numbers, and ValueError for what is no number.
    """
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    digits = _digits_of(text)
    if digits is None:
        raise ValueError(text)
    whole, sign, fraction, _is_grouped = digits
    if not digits.is_unclear or sign == decimal:
        return Decimal(f"{whole}.{fraction.rstrip('0')}")
    if decimal:
        return Decimal(whole + fraction)
    meanings = {"text": text, "small": f"{whole}.{fraction}", "large": whole + fraction}
    raise UnclearNumber(_("“%(text)s” could mean %(small)s or %(large)s: choose the decimal sign") % meanings)


def is_number(text: str) -> bool:
    """Tell whether the text is a number, clear or not."""
    return _digits_of(text) is not None


def decimal_sign_in(text: str) -> str:
    """Return the sign that can be nothing but the decimal sign of the number; "" when none is."""
    digits = _digits_of(text)
    return "" if digits is None or digits.is_unclear else digits.sign


def _digits_of(text: str) -> _Digits | None:
    found = _NUMBER.fullmatch(_CURRENCY.sub("", _SPACES.sub(" ", text).strip()).strip())
    if found is None or (found["group"] is not None and found["group"] == found["sign"]):
        return None
    group = found["group"] or ""
    whole = found["whole"].replace(group, "") if group else found["whole"]
    return _Digits(whole, found["sign"] or "", found["fraction"] or "", is_grouped=bool(group))
