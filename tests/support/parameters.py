"""Combinations of parameters: some in turn for `make test`, all of them for `make test-long`."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest


def spread(rows: Sequence[Any], columns: Sequence[Any], *, each: int = 1) -> list[Any]:
    """Return every row with every column; only so many of `each` row, the next ones in turn, are not long.

    Every row stays in `make test`, and every column too where there are rows enough.
    """
    found = []
    for number, row in enumerate(rows):
        for index, column in enumerate(columns):
            is_in_turn = (index - number * each) % len(columns) < each
            marks = () if is_in_turn else pytest.mark.long
            found.append(pytest.param(row, column, id=f"{_id(row)}-{_id(column)}", marks=marks))
    return found


def some(values: Iterable[Any], *, of: int, name: Callable[[Any], str] = str) -> list[Any]:
    """Return the values, of which one of so many is not long."""
    return [
        pytest.param(value, id=name(value), marks=pytest.mark.long if number % of else ())
        for number, value in enumerate(values)
    ]


def _id(value: Any) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value)
