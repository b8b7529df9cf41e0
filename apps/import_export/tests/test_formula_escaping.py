"""A cell that a spreadsheet would take for a formula is escaped, and the guard comes off exactly."""

import random

import pytest

from apps.import_export.formula_escaping import escaped, unescaped

SIGNS = "=+-@＝＋－＠\t\r\n' \u00a0"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+7 900 000-00-00", "'+7 900 000-00-00"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\rx", "'\rx"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("''-", "'''-"),
        ("'tis", "'tis"),
        ("'", "'"),
        ("Tea - green", "Tea - green"),
        ("1-2", "1-2"),
        ("", ""),
    ],
)
def test_formula_is_guarded_and_nothing_else(text, cell):
    assert escaped(text) == cell
    assert unescaped(cell) == text


def test_every_text_survives():
    chance = random.Random(7)
    texts = ["".join(chance.choices(SIGNS + "aЯ1", k=chance.randint(0, 6))) for _text in range(20_000)]

    assert [text for text in texts if unescaped(escaped(text)) != text] == []


def test_what_staff_type_is_read_as_it_is():
    assert [unescaped(cell) for cell in ("=1", "-5", "'tis", "'90s tea")] == ["=1", "-5", "'tis", "'90s tea"]
