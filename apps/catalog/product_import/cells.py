"""What a cell of a table may be."""

import re
from decimal import Decimal
from typing import Any

Cell = str | Decimal  # a number, if the table is a workbook that has one there


class FailedFormula(str):
    """The value of a formula that could not be computed, such as `#N/A`; a text can look like it."""


_LINE_BREAK = re.compile(r"\r\n?")


def says_the_same(old: Any, new: Any) -> bool:
    """Tell whether the cell changes nothing: a spreadsheet saves line breaks as it likes."""
    if new in {None, old}:
        return True
    is_text = isinstance(new, str) and isinstance(old, str)
    return is_text and _LINE_BREAK.sub("\n", old) == _LINE_BREAK.sub("\n", new)
