"""A text that a spreadsheet would take for a number or a date is kept as a text, and no other."""

import pytest

from apps.import_export.look_alikes import kept_as_text


@pytest.mark.parametrize(
    "text",
    [
        *(
            "007",
            "1e5",
            "1.5E+3",
            "4607012345678",
            "1,5",
            "5%",
            "$5",
            "1 000",
            "12:30",
            "9 PM",
            "5 руб.",
            "(5)",
        ),
        *("1-2", "1/2", "2026-11-30", "01.02.2026", "MAR1", "1-Sep", "5 мая 2026", "Янв 26"),
        *("true", "FALSE", "истина"),
    ],
)
def test_text_that_looks_like_something_else_is_kept_as_text(text):
    assert kept_as_text(text) == f"\t{text}"


@pytest.mark.parametrize("text", ["", "T-1", "A1", "1 кг", "Marble", "e5", "-", "7up", "15 мест", "true tea"])
def test_other_text_is_left_alone(text):
    assert kept_as_text(text) == text
