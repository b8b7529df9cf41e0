"""Look-alikes: texts that a spreadsheet would take for something else: `007`, `1e5`, `1-2`, `MAR1`, `true`.

It makes numbers, dates and truth values of them, and writes those when the file is saved. A tab before the
text keeps it as it is. Nobody sees it, and the import leaves it out as it does all spaces around a cell.
"""

import re

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек"
_LOOK_ALIKE = re.compile(
    # Digits with the signs of numbers, dates, times, fractions, percentages and amounts of money.
    r"[\d\s.,:/()%$€£¥₽+\-−–]*\d[\d\s.,:/()%$€£¥₽+\-−–]*(?:e[+\-]?\d+|[ap]\.?m?\.?|руб\.?|р\.)?"
    rf"|(?=.*\d)[\d\s.,/\-]*(?:{_MONTHS})[^\W\d]*[\d\s.,:/\-]*"
    r"|true|false|истина|ложь",
    re.IGNORECASE,
)
_LONGEST = 64  # characters of a number or a date


def kept_as_text(text: str) -> str:
    """Return the text as a spreadsheet reads it for what it is."""
    return f"\t{text}" if len(text) <= _LONGEST and _LOOK_ALIKE.fullmatch(text) else text
