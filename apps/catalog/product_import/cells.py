"""What a cell of a table may be."""

from decimal import Decimal

Cell = str | Decimal  # a number, if the table is a workbook that has one there


class FailedFormula(str):
    """The value of a formula that could not be computed, such as `#N/A`; a text can look like it."""
